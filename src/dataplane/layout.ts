// Encoding and decoding of C structures by a table of offsets. The tables are generated (abi.ts); this file knows
// how to walk them, and nothing about what they hold.

/** Scalar kinds. be16 and be32 are wire order, the others little-endian, as on every machine that we run on. */
export type Scalar = 'u8' | 'u16' | 'u32' | 'u64' | 'be16' | 'be32';

export interface ScalarField {
  readonly offset: number;
  readonly scalar: Scalar;
  /** Number of elements, when the field is an array. */
  readonly count?: number;
}

export interface StructField {
  readonly offset: number;
  readonly struct: Layout;
}

export type Fields = Readonly<Record<string, ScalarField | StructField>>;

/** A C structure: its size in bytes and its fields. Padding and opaque members are not listed. */
export interface Layout<F extends Fields = Fields> {
  readonly size: number;
  readonly fields: F;
}

type FieldValue<F> = F extends { struct: Layout<infer Inner> }
  ? Values<Inner>
  : F extends { count: number }
    ? readonly number[]
    : number;

/** What a structure decodes to; u64 values are exact up to 2^53. */
export type Values<F extends Fields> = { readonly [K in keyof F]: FieldValue<F[K]> };

export type ValuesOf<L extends Layout> = L extends Layout<infer F> ? Values<F> : never;

const SCALAR_BYTES: Readonly<Record<Scalar, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, be16: 2, be32: 4 };

function readScalar(view: DataView, offset: number, scalar: Scalar): number {
  switch (scalar) {
    case 'u8':
      return view.getUint8(offset);
    case 'u16':
      return view.getUint16(offset, true);
    case 'u32':
      return view.getUint32(offset, true);
    case 'u64':
      return Number(view.getBigUint64(offset, true));
    case 'be16':
      return view.getUint16(offset);
    case 'be32':
      return view.getUint32(offset);
  }
}

function writeScalar(view: DataView, offset: number, scalar: Scalar, value: number): void {
  switch (scalar) {
    case 'u8':
      view.setUint8(offset, value);
      break;
    case 'u16':
      view.setUint16(offset, value, true);
      break;
    case 'u32':
      view.setUint32(offset, value, true);
      break;
    case 'u64':
      view.setBigUint64(offset, BigInt(value), true);
      break;
    case 'be16':
      view.setUint16(offset, value);
      break;
    case 'be32':
      view.setUint32(offset, value);
      break;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads one structure that starts at `offset` of `bytes`. Throws RangeError when it does not fit. */
export function decode<F extends Fields>(layout: Layout<F>, bytes: Uint8Array, offset = 0): Values<F> {
  const view = viewOf(bytes);
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(layout.fields)) {
    const at = offset + field.offset;
    if ('struct' in field) {
      values[name] = decode(field.struct, bytes, at);
    } else if (field.count === undefined) {
      values[name] = readScalar(view, at, field.scalar);
    } else {
      const step = SCALAR_BYTES[field.scalar];
      values[name] = Array.from({ length: field.count }, (_, i) => readScalar(view, at + i * step, field.scalar));
    }
  }
  return values as Values<F>;
}

/** Writes a whole structure; what `values` leaves out, padding included, is zero. */
export function encode<F extends Fields>(layout: Layout<F>, values: Partial<Values<F>>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  encodeInto(layout, values, bytes, 0);
  return bytes;
}

function encodeInto(
  layout: Layout,
  values: Readonly<Record<string, unknown>>,
  bytes: Uint8Array,
  offset: number,
): void {
  const view = viewOf(bytes);
  for (const [name, value] of Object.entries(values)) {
    const field = layout.fields[name];
    if (field === undefined) throw new TypeError(`no field '${name}' in this structure`);
    const at = offset + field.offset;
    if ('struct' in field) {
      encodeInto(field.struct, value as Readonly<Record<string, unknown>>, bytes, at);
    } else if (field.count === undefined) {
      writeScalar(view, at, field.scalar, value as number);
    } else {
      const step = SCALAR_BYTES[field.scalar];
      for (const [i, element] of (value as readonly number[]).entries()) {
        if (i >= field.count) throw new RangeError(`field '${name}' has ${field.count} elements`);
        writeScalar(view, at + i * step, field.scalar, element);
      }
    }
  }
}
