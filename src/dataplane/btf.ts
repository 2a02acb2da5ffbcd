// BTF, the types that the kernel keeps with each map (kernel documentation, bpf/btf.rst): parsed as far as layouts of
// keys and values and the names of numbers need it. Pure. Little-endian, as on every machine that we run on.

import type { Fields, Layout, Scalar, ScalarField, StructField } from './layout.ts';

const MAGIC = 0xeb9f;

// enum of btf_type.info's kinds, <linux/btf.h>
const KIND = {
  INT: 1,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

const TYPE_BYTES = 12;
const BITFIELD_OFFSET_MASK = 0xffffff;

interface Type {
  readonly name: string;
  readonly kind: number;
  /** Of members, values, parameters. */
  readonly count: number;
  /** Of structures, integers: bytes. Of those that lead to another type: its number. */
  readonly sizeOrType: number;
  readonly hasBitfields: boolean;
  /** Where what follows the common part begins. */
  readonly details: number;
}

/** Bytes behind a type's common part. */
function detailBytes(kind: number, count: number): number {
  switch (kind) {
    case KIND.INT:
    case KIND.VAR:
    case KIND.DECL_TAG:
      return 4;
    case KIND.ARRAY:
      return 12;
    case KIND.STRUCT:
    case KIND.UNION:
    case KIND.DATASEC:
    case KIND.ENUM64:
      return 12 * count;
    case KIND.ENUM:
    case KIND.FUNC_PROTO:
      return 8 * count;
    default:
      return 0;
  }
}

const TYPEDEF_SCALARS: Readonly<Record<string, Scalar>> = { __be16: 'be16', __be32: 'be32' };
const SCALARS_BY_SIZE: ReadonlyMap<number, Scalar> = new Map([
  [1, 'u8'],
  [2, 'u16'],
  [4, 'u32'],
  [8, 'u64'],
]);

export class Btf {
  readonly #view: DataView;
  readonly #types: readonly Type[];
  readonly #stringsAt: number;

  /** @throws RangeError when the bytes are no BTF */
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#u16(0) !== MAGIC) throw new RangeError('no BTF');
    const header = this.#u32(4);
    const typesAt = header + this.#u32(8);
    this.#stringsAt = header + this.#u32(16);
    this.#types = [...this.#parse(typesAt, typesAt + this.#u32(12))];
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  #string(offset: number): string {
    const start = this.#stringsAt + offset;
    let end = start;
    while (this.#view.getUint8(end) !== 0) end++;
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + start, end - start).toString('latin1');
  }

  *#parse(start: number, end: number): Generator<Type> {
    yield { name: 'void', kind: 0, count: 0, sizeOrType: 0, hasBitfields: false, details: start };
    for (let at = start; at < end; ) {
      const info = this.#u32(at + 4);
      const [kind, count] = [(info >>> 24) & 0x1f, info & 0xffff];
      const details = at + TYPE_BYTES;
      const name = this.#string(this.#u32(at));
      yield { name, kind, count, sizeOrType: this.#u32(at + 8), hasBitfields: info >>> 31 === 1, details };
      at = details + detailBytes(kind, count);
    }
  }

  #type(id: number): Type {
    const type = this.#types[id];
    if (type === undefined) throw new RangeError(`BTF has no type ${id}`);
    return type;
  }

  /** The enumerations by name, each with its names and numbers. */
  enums(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const enums = this.#types.filter(({ kind, name }) => kind === KIND.ENUM && name !== '');
    return new Map(enums.map((type) => [type.name, this.#valuesOf(type)]));
  }

  #valuesOf({ count, details }: Type): ReadonlyMap<string, number> {
    const rows = Array.from({ length: count }, (_, row) => details + 8 * row);
    return new Map(rows.map((at) => [this.#string(this.#u32(at)), this.#u32(at + 4)]));
  }

  /** Of a key or value; one that is a bare number has it as `value`. What layouts have no word for is left out. */
  layoutOf(typeId: number): Layout {
    const type = this.#type(this.#plain(typeId));
    if (type.kind === KIND.STRUCT) return this.#structOf(type);
    const field = this.#fieldOf(typeId, 0);
    return { size: type.sizeOrType, fields: field === undefined ? {} : { value: field } };
  }

  #structOf({ count, details, sizeOrType, hasBitfields }: Type): Layout {
    const fields: Record<string, ScalarField | StructField> = {};
    for (let at = details; at < details + 12 * count; at += 12) {
      const bits = hasBitfields ? this.#u32(at + 8) & BITFIELD_OFFSET_MASK : this.#u32(at + 8);
      const field = this.#fieldOf(this.#u32(at + 4), bits / 8);
      if (field !== undefined) fields[this.#string(this.#u32(at))] = field;
    }
    return { size: sizeOrType, fields: fields as Fields };
  }

  #fieldOf(typeId: number, offset: number): ScalarField | StructField | undefined {
    const type = this.#type(this.#plain(typeId));
    if (type.kind === KIND.STRUCT) return { offset, struct: this.#structOf(type) };
    if (type.kind === KIND.ARRAY) {
      const scalar = this.#scalarOf(this.#u32(type.details));
      return scalar && { offset, scalar, count: this.#u32(type.details + 8) };
    }
    const scalar = this.#scalarOf(typeId);
    return scalar && { offset, scalar };
  }

  #scalarOf(typeId: number): Scalar | undefined {
    for (let id = typeId; ; ) {
      const type = this.#type(id);
      const known = type.kind === KIND.TYPEDEF ? TYPEDEF_SCALARS[type.name] : undefined;
      if (known !== undefined) return known;
      if (type.kind === KIND.INT || type.kind === KIND.ENUM) return SCALARS_BY_SIZE.get(type.sizeOrType);
      if (!leadsOn(type.kind)) return undefined;
      id = type.sizeOrType;
    }
  }

  /** The type without its other names and qualifiers. */
  #plain(typeId: number): number {
    let id = typeId;
    while (leadsOn(this.#type(id).kind)) id = this.#type(id).sizeOrType;
    return id;
  }
}

function leadsOn(kind: number): boolean {
  return kind === KIND.TYPEDEF || kind === KIND.VOLATILE || kind === KIND.CONST || kind === KIND.TYPE_TAG;
}
