// One pinned BPF map as typed entries. Keys and values are encoded by the generated layouts; per-CPU values come
// as one per possible CPU.

import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { mapFailed } from './errors.ts';
import { decode, encode, type Layout, type ValuesOf } from './layout.ts';
import { lastErrno, libbpf } from './libbpf.ts';

/** bpf(2): BPF_ANY replaces, BPF_NOEXIST only creates. */
const BPF_ANY = 0;
const BPF_NOEXIST = 1;

/** Entries asked for in one call; a hash bucket with more of them than this makes the kernel ask for room. */
const BATCH_ENTRIES = 4096;

const { ENOENT, ENOSPC, EEXIST } = constants.errno;

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
    const bytes = new Uint8Array(this.#valueBytes);
    if (libbpf().mapLookup(this.fd, this.encodeKey(key), bytes) === 0) return bytes;
    const errno = lastErrno();
    if (errno === ENOENT) return undefined;
    throw mapFailed('read', this.name, errno);
  }

  protected update(key: ValuesOf<K>, bytes: Uint8Array, flags: number): boolean {
    if (libbpf().mapUpdate(this.fd, this.encodeKey(key), bytes, flags) === 0) return true;
    const errno = lastErrno();
    if (flags === BPF_NOEXIST && errno === EEXIST) return false;
    throw mapFailed('write', this.name, errno);
  }

  delete(key: ValuesOf<K>): void {
    if (libbpf().mapDelete(this.fd, this.encodeKey(key)) === 0) return;
    const errno = lastErrno();
    if (errno !== ENOENT) throw mapFailed('delete from', this.name, errno);
  }

  /** Every value's raw bytes, undecoded: for tables of a million entries. What comes or goes meanwhile may be missed. */
  *rawValues(): Generator<Uint8Array> {
    for (const { values, count } of this.#batches()) {
      for (let i = 0; i < count; i++) yield values.subarray(i * this.#valueBytes, (i + 1) * this.#valueBytes);
    }
  }

  protected *scan(): Generator<{ key: ValuesOf<K>; bytes: Uint8Array }> {
    for (const { keys, values, count } of this.#batches()) {
      for (let i = 0; i < count; i++) {
        const key = decode(this.key, keys, i * this.key.size) as ValuesOf<K>;
        yield { key, bytes: values.subarray(i * this.#valueBytes, (i + 1) * this.#valueBytes) };
      }
    }
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

  *entries(): Generator<{ key: ValuesOf<K>; value: ValuesOf<V> }> {
    for (const { key, bytes } of this.scan()) yield { key, value: decode(this.value, bytes) as ValuesOf<V> };
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
