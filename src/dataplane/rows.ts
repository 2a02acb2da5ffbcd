// Rows of an array map as they were when they were read, kept as bytes: a table has up to a hundred thousand, of which
// most are looked at in a field or two and never decoded.

import { decodeAt, type Layout, SCALAR_BYTES, type Scalar, type ScalarField, type ValuesOf } from './layout.ts';

/** Names of the fields that are numbers, or arrays of them. */
type ScalarName<V extends Layout> = {
  [K in keyof V['fields']]: V['fields'][K] extends ScalarField ? K : never;
}[keyof V['fields']] &
  string;

/** The number that a field holds in the row of this index. Throws RangeError for a row that was not read. */
export type Column = (index: number) => number;

type Reader = (view: DataView, step: number, start: number) => Column;

/** Of the field that begins at `start`, a row every `step` bytes. One function each, which is called a million times. */
const READERS: Readonly<Record<Scalar, Reader>> = {
  u8: (view, step, start) => (index) => view.getUint8(index * step + start),
  u16: (view, step, start) => (index) => view.getUint16(index * step + start, true),
  u32: (view, step, start) => (index) => view.getUint32(index * step + start, true),
  u64: (view, step, start) => (index) => Number(view.getBigUint64(index * step + start, true)),
  be16: (view, step, start) => (index) => view.getUint16(index * step + start),
  be32: (view, step, start) => (index) => view.getUint32(index * step + start),
};

export class Rows<V extends Layout> {
  readonly #layout: V;
  readonly #first: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** @param first index of the row that `bytes` begins with */
  constructor(layout: V, first: number, bytes: Uint8Array) {
    this.#layout = layout;
    this.#first = first;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws RangeError for a row that was not read. */
  row(index: number): ValuesOf<V> {
    return decodeAt(this.#layout, this.#view, (index - this.#first) * this.#layout.size) as ValuesOf<V>;
  }

  bytes(index: number): Uint8Array {
    const at = (index - this.#first) * this.#layout.size;
    return this.#bytes.subarray(at, at + this.#layout.size);
  }

  /** One field of every row. @param element of a field that is an array */
  column(name: ScalarName<V>, element = 0): Column {
    const { offset, scalar } = this.#layout.fields[name] as ScalarField;

    const { size } = this.#layout;
    return READERS[scalar](this.#view, size, offset + element * SCALAR_BYTES[scalar] - this.#first * size);
  }
}
