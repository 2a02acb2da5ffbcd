// An array map: rows by number, read and written many at a time.

import { constants } from 'node:os';
import { BpfMap, U32 } from './bpf-map.ts';
import { mapFailed } from './errors.ts';
import { encode, type Layout, type ValuesOf } from './layout.ts';
import { lastErrno, libbpf } from './libbpf.ts';
import { Rows } from './rows.ts';

const { ENOENT } = constants.errno;

export class BpfArray<V extends Layout> extends BpfMap<typeof U32, V> {
  constructor(path: string, value: V) {
    super(path, U32, value);
  }

  /** The rows as they are now. Throws RangeError when there are fewer. */
  readRows(base: number, count: number): Rows<V> {
    return new Rows(this.value, base, this.#readRaw(base, count));
  }

  /** Its bytes, as a row has them. */
  encodeRow(row: ValuesOf<V>): Uint8Array {
    return encode(this.value, row as never);
  }

  #readRaw(base: number, count: number): Uint8Array {
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
