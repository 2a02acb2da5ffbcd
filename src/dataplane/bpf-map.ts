// One pinned BPF map as typed entries. Keys and values are encoded by the generated layouts; per-CPU values come
// as one per possible CPU.

import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { pauseThread } from '../system/mod.ts';
import { mapFailed } from './errors.ts';
import { decode, encode, encodeAll, type Layout, type ValuesOf } from './layout.ts';
import { lastErrno, libbpf } from './libbpf.ts';

/** bpf(2): BPF_ANY replaces, BPF_NOEXIST only creates. */
const BPF_ANY = 0;
const BPF_NOEXIST = 1;

/** Entries asked for in one call; a hash bucket with more of them than this makes the kernel ask for room. */
const BATCH_ENTRIES = 4096;

/**
 * A map that takes memory element by element gets it from a small store that the kernel fills up behind the caller's
 * back (per-CPU elements, Linux 6.7: three at a time). An empty store is no lack of memory.
 */
const MEMORY_TRIES = 2000;
const MEMORY_TRIES_AT_ONCE = 1000;
const MEMORY_PAUSE_MS = 1;

const { ENOENT, ENOSPC, EEXIST, ENOMEM } = constants.errno;

/** Maps whose key or value is a bare number. */
export const U32 = { size: 4, fields: { value: { offset: 0, scalar: 'u32' } } } as const satisfies Layout;
export const U64 = { size: 8, fields: { value: { offset: 0, scalar: 'u64' } } } as const satisfies Layout;

abstract class AnyMap<K extends Layout, V extends Layout> {
  readonly name: string;
  protected readonly fd: number;
  protected readonly key: K;
  protected readonly value: V;
  readonly #valueBytes: number;

  constructor(path: string, key: K, value: V, valueBytes: number) {
    this.name = path.slice(path.lastIndexOf('/') + 1);
    this.key = key;
    this.value = value;
    this.#valueBytes = valueBytes;
    this.fd = libbpf().objGet(path);
    if (this.fd < 0) throw mapFailed('open', this.name, lastErrno());
  }

  close(): void {
    closeSync(this.fd);
  }

  protected encodeKey(key: ValuesOf<K>): Uint8Array {
    return encode(this.key, key as never);
  }

  protected lookup(key: ValuesOf<K>): Uint8Array | undefined {
    return this.lookupBytes(this.encodeKey(key));
  }

  protected lookupBytes(key: Uint8Array): Uint8Array | undefined {
    const bytes = new Uint8Array(this.#valueBytes);
    if (libbpf().mapLookup(this.fd, key, bytes) === 0) return bytes;
    const errno = lastErrno();
    if (errno === ENOENT) return undefined;
    throw mapFailed('read', this.name, errno);
  }

  protected update(key: ValuesOf<K>, bytes: Uint8Array, flags: number): boolean {
    const encoded = this.encodeKey(key);
    let errno = 0;
    for (let tries = 0; tries < MEMORY_TRIES; tries++) {
      if (libbpf().mapUpdate(this.fd, encoded, bytes, flags) === 0) return true;
      errno = lastErrno();
      if (errno !== ENOMEM) break;
      if (tries >= MEMORY_TRIES_AT_ONCE) pauseThread(MEMORY_PAUSE_MS);
    }
    if (flags === BPF_NOEXIST && errno === EEXIST) return false;
    throw mapFailed('write', this.name, errno);
  }

  delete(key: ValuesOf<K>): void {
    this.deleteBytes(this.encodeKey(key));
  }

  protected deleteBytes(key: Uint8Array): void {
    if (libbpf().mapDelete(this.fd, key) === 0) return;
    const errno = lastErrno();
    if (errno !== ENOENT) throw mapFailed('delete from', this.name, errno);
  }

  /** Every value's raw bytes, undecoded: for tables of a million entries. What comes or goes meanwhile may be missed. */
  *rawValues(): Generator<Uint8Array> {
    for (const { values, count } of this.#batches()) {
      for (let i = 0; i < count; i++) yield values.subarray(i * this.#valueBytes, (i + 1) * this.#valueBytes);
    }
  }

  /** Every entry's raw bytes, as {@link rawValues}. */
  *scanRaw(): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
    for (const { keys, values, count } of this.#batches()) {
      for (let i = 0; i < count; i++) {
        yield {
          key: keys.subarray(i * this.key.size, (i + 1) * this.key.size),
          value: values.subarray(i * this.#valueBytes, (i + 1) * this.#valueBytes),
        };
      }
    }
  }

  protected *scan(): Generator<{ key: ValuesOf<K>; bytes: Uint8Array }> {
    for (const { key, value } of this.scanRaw()) yield { key: decode(this.key, key) as ValuesOf<K>, bytes: value };
  }

  *#batches(): Generator<{ keys: Uint8Array; values: Uint8Array; count: number }> {
    let room = BATCH_ENTRIES;
    let position: Uint8Array | null = null;
    for (;;) {
      const keys = new Uint8Array(room * this.key.size);
      const values = new Uint8Array(room * this.#valueBytes);
      const count = new Uint32Array([room]);
      // Array maps keep their position as a key, hash maps as a bucket number: both are 4 bytes.
      const next = new Uint8Array(Math.max(4, this.key.size));
      const result = libbpf().mapLookupBatch(this.fd, position, next, keys, values, count, null);
      const errno = result === 0 ? 0 : lastErrno();
      if (errno === ENOSPC) {
        room *= 2;
        continue;
      }
      if (errno !== 0 && errno !== ENOENT) throw mapFailed('read', this.name, errno);
      yield { keys, values, count: count[0] ?? 0 };
      if (errno === ENOENT) return;
      position = next;
    }
  }
}

export class BpfMap<K extends Layout, V extends Layout> extends AnyMap<K, V> {
  constructor(path: string, key: K, value: V) {
    super(path, key, value, value.size);
  }

  get(key: ValuesOf<K>): ValuesOf<V> | undefined {
    const bytes = this.lookup(key);
    return bytes && (decode(this.value, bytes) as ValuesOf<V>);
  }

  set(key: ValuesOf<K>, value: ValuesOf<V>): void {
    this.update(key, encode(this.value, value as never), BPF_ANY);
  }

  /** Many at a time. */
  setAll(entries: readonly (readonly [ValuesOf<K>, ValuesOf<V>])[]): void {
    const keys = encodeAll(this.key, entries.map(([key]) => key) as never);
    this.setEncoded(keys, encodeAll(this.value, entries.map(([, value]) => value) as never), entries.length);
  }

  /** Entries one behind the other, as {@link encodeAll} makes them. */
  setEncoded(keys: Uint8Array, values: Uint8Array, count: number): void {
    if (count === 0) return;
    if (libbpf().mapUpdateBatch(this.fd, keys, values, new Uint32Array([count]), null) !== 0) {
      throw mapFailed('write', this.name, lastErrno());
    }
  }

  /** Says whether the kernel took it; errors that `mayRefuse` knows are no failure. */
  setWhere(key: ValuesOf<K>, value: ValuesOf<V>, mayRefuse: (errno: number) => boolean): boolean {
    if (libbpf().mapUpdate(this.fd, this.encodeKey(key), encode(this.value, value as never), BPF_ANY) === 0)
      return true;
    const errno = lastErrno();
    if (mayRefuse(errno)) return false;
    throw mapFailed('write', this.name, errno);
  }

  *entries(): Generator<{ key: ValuesOf<K>; value: ValuesOf<V> }> {
    for (const { key, bytes } of this.scan()) yield { key, value: decode(this.value, bytes) as ValuesOf<V> };
  }

  /** The value's raw bytes under a key's raw bytes. */
  getEncoded(key: Uint8Array): Uint8Array | undefined {
    return this.lookupBytes(key);
  }

  /** A key as a text that equals that of equal keys alone, for use in a Map. */
  textOf(key: ValuesOf<K>): string {
    return textOfBytes(this.encodeKey(key));
  }

  /** Deletes the entry whose key has this text. */
  deleteText(key: string): void {
    this.deleteBytes(Buffer.from(key, 'latin1'));
  }

  /** Every entry, its key as {@link textOf} gives it: for large tables of which few entries are wanted. */
  *rawEntries(): Generator<{ readonly key: string; readonly value: Uint8Array }> {
    for (const { key, value } of this.scanRaw()) yield { key: textOfBytes(key), value };
  }
}

function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Rows of an array that are read before they are asked for. */
const ROWS_AHEAD = 512;

/** An array map: rows by number, read and written many at a time. */
export class BpfArray<V extends Layout> extends BpfMap<typeof U32, V> {
  constructor(path: string, value: V) {
    super(path, U32, value);
  }

  /** Throws RangeError when there are fewer. */
  readRows(base: number, count: number): ValuesOf<V>[] {
    const bytes = this.readRaw(base, count);
    return Array.from({ length: count }, (_, row) => decode(this.value, bytes, row * this.value.size) as ValuesOf<V>);
  }

  writeRows(base: number, rows: readonly ValuesOf<V>[]): void {
    const keys = Uint32Array.from(rows, (_, row) => base + row);
    this.setEncoded(new Uint8Array(keys.buffer), encodeAll(this.value, rows as never), rows.length);
  }

  /**
   * The rows as they are now, or were when one nearby was asked for: for a reader that holds the writers' lock, or does
   * not mind.
   */
  snapshot(): { row(index: number): ValuesOf<V>; raw(index: number): Uint8Array } {
    const chunks = new Map<number, Uint8Array>();
    const raw = (index: number): Uint8Array => {
      const chunk = Math.floor(index / ROWS_AHEAD);
      let bytes = chunks.get(chunk);
      if (bytes === undefined) {
        bytes = this.readRaw(chunk * ROWS_AHEAD, ROWS_AHEAD);
        chunks.set(chunk, bytes);
      }
      const at = (index % ROWS_AHEAD) * this.value.size;
      return bytes.subarray(at, at + this.value.size);
    };
    return { raw, row: (index) => decode(this.value, raw(index)) as ValuesOf<V> };
  }

  /** Values as {@link encode} writes them. */
  encodeRow(row: ValuesOf<V>): Uint8Array {
    return encode(this.value, row as never);
  }

  private readRaw(base: number, count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    const keys = new Uint8Array(count * U32.size);
    const values = new Uint8Array(count * this.value.size);
    const found = new Uint32Array([count]);
    // The position is the row before.
    const position = base === 0 ? null : new Uint8Array(new Uint32Array([base - 1]).buffer);
    const next = new Uint8Array(U32.size);
    if (libbpf().mapLookupBatch(this.fd, position, next, keys, values, found, null) !== 0) {
      const errno = lastErrno();
      if (errno !== ENOENT) throw mapFailed('read', this.name, errno);
    }
    if (found[0] !== count) throw new RangeError(`${this.name} has no rows ${base} to ${base + count - 1}`);
    return values;
  }
}

export class PerCpuMap<K extends Layout, V extends Layout> extends AnyMap<K, V> {
  constructor(path: string, key: K, value: V) {
    super(path, key, value, roundUp8(value.size) * libbpf().possibleCpus());
  }

  /** One value for each possible CPU; undefined when the key is not there. */
  get(key: ValuesOf<K>): ValuesOf<V>[] | undefined {
    const bytes = this.lookup(key);
    return bytes && this.#perCpu(bytes);
  }

  /** Puts zeros under a key that is not there yet; what is there stays. */
  ensure(key: ValuesOf<K>): void {
    this.update(key, new Uint8Array(roundUp8(this.value.size) * libbpf().possibleCpus()), BPF_NOEXIST);
  }

  *entries(): Generator<{ key: ValuesOf<K>; values: ValuesOf<V>[] }> {
    for (const { key, bytes } of this.scan()) yield { key, values: this.#perCpu(bytes) };
  }

  #perCpu(bytes: Uint8Array): ValuesOf<V>[] {
    const step = roundUp8(this.value.size);
    return Array.from(
      { length: bytes.length / step },
      (_, cpu) => decode(this.value, bytes, cpu * step) as ValuesOf<V>,
    );
  }
}

function roundUp8(size: number): number {
  return Math.ceil(size / 8) * 8;
}
