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

export const SCALAR_BYTES: Readonly<Record<Scalar, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, be16: 2, be32: 4 };

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

/** One field as a pair of functions, made once a layout: tables have a hundred thousand rows. */
interface Accessor {
  readonly name: string;
  readonly read: (view: DataView, base: number) => unknown;
  readonly write: (view: DataView, base: number, value: unknown) => void;
}

const compiled = new WeakMap<Layout, ReadonlyMap<string, Accessor>>();

function accessorsOf(layout: Layout): ReadonlyMap<string, Accessor> {
  let accessors = compiled.get(layout);
  if (accessors === undefined) {
    accessors = new Map(Object.entries(layout.fields).map(([name, field]) => [name, compile(name, field)]));
    compiled.set(layout, accessors);
  }
  return accessors;
}

function compile(name: string, field: ScalarField | StructField): Accessor {
  const { offset } = field;
  if ('struct' in field) {
    const inner = field.struct;
    return {
      name,
      read: (view, base) => readStruct(inner, view, base + offset),
      write: (view, base, value) => writeStruct(inner, view, base + offset, value as Readonly<Record<string, unknown>>),
    };
  }
  const { scalar, count } = field;
  if (count === undefined) {
    return {
      name,
      read: (view, base) => readScalar(view, base + offset, scalar),
      write: (view, base, value) => writeScalar(view, base + offset, scalar, value as number),
    };
  }
  const step = SCALAR_BYTES[scalar];
  return {
    name,
    read(view, base) {
      const elements = new Array<number>(count);
      for (let i = 0; i < count; i++) elements[i] = readScalar(view, base + offset + i * step, scalar);
      return elements;
    },
    write(view, base, value) {
      const elements = value as readonly number[];
      if (elements.length > count) throw new RangeError(`field '${name}' has ${count} elements`);
      for (const [i, element] of elements.entries()) writeScalar(view, base + offset + i * step, scalar, element);
    },
  };
}

function readStruct(layout: Layout, view: DataView, base: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const accessor of accessorsOf(layout).values()) values[accessor.name] = accessor.read(view, base);
  return values;
}

function writeStruct(layout: Layout, view: DataView, base: number, values: Readonly<Record<string, unknown>>): void {
  const accessors = accessorsOf(layout);
  for (const name in values) {
    const accessor = accessors.get(name);
    if (accessor === undefined) throw new TypeError(`no field '${name}' in this structure`);
    accessor.write(view, base, values[name]);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads one structure that starts at `offset` of `bytes`. Throws RangeError when it does not fit. */
export function decode<F extends Fields>(layout: Layout<F>, bytes: Uint8Array, offset = 0): Values<F> {
  return readStruct(layout, viewOf(bytes), offset) as Values<F>;
}

/** As {@link decode}, for many structures in the same bytes. */
export function decodeAt<F extends Fields>(layout: Layout<F>, view: DataView, offset: number): Values<F> {
  return readStruct(layout, view, offset) as Values<F>;
}

/** Writes a whole structure; what `values` leaves out, padding included, is zero. */
export function encode<F extends Fields>(layout: Layout<F>, values: Partial<Values<F>>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  writeStruct(layout, viewOf(bytes), 0, values);
  return bytes;
}

/** Structures one behind the other, as a table holds them. */
export function encodeAll<F extends Fields>(layout: Layout<F>, rows: readonly Partial<Values<F>>[]): Uint8Array {
  const bytes = new Uint8Array(layout.size * rows.length);
  const view = viewOf(bytes);
  for (const [row, values] of rows.entries()) writeStruct(layout, view, row * layout.size, values);
  return bytes;
}
