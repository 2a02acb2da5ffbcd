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

export interface Batch {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  readonly count: number;
}

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

  protected lookupIn(): (key: ValuesOf<K>) => Uint8Array | undefined {
    const found = new Map<string, Uint8Array>();
    for (const { key, value } of this.scanRaw()) found.set(textOfBytes(key), value);
    return (key) => (found.size === 0 ? undefined : found.get(textOfBytes(this.encodeKey(key))));
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

  /** Looks through all entries, and deletes those of these keys. */
  deleteWhere(isMeant: (key: ValuesOf<K>) => boolean): void {
    const meant: Uint8Array[] = [];
    for (const { key } of this.scanRaw()) if (isMeant(decode(this.key, key) as ValuesOf<K>)) meant.push(key);
    this.deleteAll(Buffer.concat(meant), meant.length);
  }

  /** Deletes `count` keys that stand one behind the other; those that are not there are no failure. */
  deleteAll(keys: Uint8Array, count: number): void {
    for (let done = 0; done < count; ) {
      const asked = new Uint32Array([count - done]);
      if (libbpf().mapDeleteBatch(this.fd, keys.subarray(done * this.key.size), asked, null) === 0) return;
      const errno = lastErrno();
      if (errno !== ENOENT) throw mapFailed('delete from', this.name, errno);
      // It says how many it has deleted, and stops at a key that is not there.
      done += (asked[0] ?? 0) + 1;
    }
  }

  /** Every value's raw bytes, undecoded: for tables of a million entries. What comes or goes meanwhile may be missed. */
  *rawValues(): Generator<Uint8Array> {
    for (const { values, count } of this.batches()) {
      for (let i = 0; i < count; i++) yield values.subarray(i * this.#valueBytes, (i + 1) * this.#valueBytes);
    }
  }

  /** Every entry's raw bytes, as {@link rawValues}. */
  *scanRaw(): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
    for (const { keys, values, count } of this.batches()) {
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

  /** Every entry's raw bytes, many entries at a time and one behind the other: as {@link rawValues}, for large tables. */
  *batches(): Generator<Batch> {
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

  /** Reads everything at once, and returns what looks up in that as {@link get} does: for many keys. */
  getter(): (key: ValuesOf<K>) => ValuesOf<V> | undefined {
    const lookup = this.lookupIn();
    return (key) => {
      const bytes = lookup(key);
      return bytes && (decode(this.value, bytes) as ValuesOf<V>);
    };
  }

  set(key: ValuesOf<K>, value: ValuesOf<V>): void {
    this.update(key, encode(this.value, value as never), BPF_ANY);
  }

  /** Many at a time. */
  setAll(entries: readonly (readonly [ValuesOf<K>, ValuesOf<V>])[]): void {
    this.collect().add(entries).write();
  }

  /** For entries that come in parts and are to be written all at once. */
  collect(): CollectedEntries<K, V> {
    return new CollectedEntries(this, this.key, this.value);
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

/**
 * Entries that will be written together. They are kept as bytes: a hundred thousand of them as objects would keep the
 * garbage collector busy.
 */
class CollectedEntries<K extends Layout, V extends Layout> {
  readonly #map: BpfMap<K, V>;
  readonly #key: K;
  readonly #value: V;
  readonly #keys: Uint8Array[] = [];
  readonly #values: Uint8Array[] = [];
  #count = 0;

  constructor(map: BpfMap<K, V>, key: K, value: V) {
    this.#map = map;
    this.#key = key;
    this.#value = value;
  }

  add(entries: readonly (readonly [ValuesOf<K>, ValuesOf<V>])[]): this {
    this.#keys.push(encodeAll(this.#key, entries.map(([key]) => key) as never));
    this.#values.push(encodeAll(this.#value, entries.map(([, value]) => value) as never));
    this.#count += entries.length;
    return this;
  }

  write(): void {
    this.#map.setEncoded(Buffer.concat(this.#keys), Buffer.concat(this.#values), this.#count);
  }
}

function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
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

  /** As {@link BpfMap.getter}. */
  getter(): (key: ValuesOf<K>) => ValuesOf<V>[] | undefined {
    const lookup = this.lookupIn();
    return (key) => {
      const bytes = lookup(key);
      return bytes && this.#perCpu(bytes);
    };
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
