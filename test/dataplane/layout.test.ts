import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as abi from '../../src/dataplane/abi.ts';
import { decode, encode, type Layout, type ScalarField, type StructField } from '../../src/dataplane/layout.ts';

const EVERY_SCALAR = {
  size: 24,
  fields: {
    byte: { offset: 0, scalar: 'u8' },
    short: { offset: 2, scalar: 'u16' },
    word: { offset: 4, scalar: 'u32' },
    long: { offset: 8, scalar: 'u64' },
    wireShort: { offset: 16, scalar: 'be16' },
    wireWord: { offset: 20, scalar: 'be32' },
  },
} as const satisfies Layout;

const ARRAYS = {
  size: 12,
  fields: { ports: { offset: 0, scalar: 'be16', count: 2 }, weights: { offset: 4, scalar: 'u32', count: 2 } },
} as const satisfies Layout;

const NESTED = {
  size: 16,
  fields: { first: { offset: 0, struct: ARRAYS }, last: { offset: 12, scalar: 'u32' } },
} as const satisfies Layout;

test('host-order numbers are little-endian, wire-order numbers big-endian, padding zero', () => {
  const values = {
    byte: 0x01,
    short: 0x0203,
    word: 0x04050607,
    long: 0x08090a0b0c0d,
    wireShort: 0x0e0f,
    wireWord: 0x10111213,
  };
  const bytes = Buffer.from(encode(EVERY_SCALAR, values)).toString('hex');
  assert.equal(bytes, '01000302 07060504 0d0c0b0a09080000 0e0f0000 10111213'.replaceAll(' ', ''));
});

test('the elements of an array lie side by side, a structure in a structure at its offset', () => {
  const bytes = encode(NESTED, { first: { ports: [80, 443], weights: [1, 2] }, last: 3 });
  assert.equal(Buffer.from(bytes).toString('hex'), '005001bb010000000200000003000000');
});

test('what is left out is zero', () => {
  assert.deepEqual(encode(NESTED, {}), new Uint8Array(16));
  assert.deepEqual(encode(ARRAYS, { ports: [1] }), Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
});

test('a structure is read where it starts', () => {
  const bytes = Uint8Array.of(0xff, ...encode(ARRAYS, { ports: [80, 443], weights: [1, 2] }), 0xff);
  assert.deepEqual(decode(ARRAYS, bytes, 1), { ports: [80, 443], weights: [1, 2] });
});

test('a view of a larger buffer is read and written at its own beginning', () => {
  const bytes = Buffer.concat([Buffer.alloc(7, 0xff), encode(ARRAYS, { ports: [80, 443] })]).subarray(7);
  assert.deepEqual(decode(ARRAYS, bytes).ports, [80, 443]);
});

test('too few bytes, too many elements and unknown fields are refused', () => {
  assert.throws(() => decode(ARRAYS, new Uint8Array(11)), RangeError);
  assert.throws(() => decode(ARRAYS, new Uint8Array(12), 1), RangeError);
  assert.throws(() => encode(ARRAYS, { ports: [1, 2, 3] }), /field 'ports' has 2 elements/);
  assert.throws(() => encode(ARRAYS, { port: [1] } as never), /no field 'port'/);
});

const SCALAR_BITS = { u8: 8, u16: 16, u32: 32, u64: 53, be16: 16, be32: 32 } as const;

function fieldValue(field: ScalarField | StructField): fc.Arbitrary<unknown> {
  if ('struct' in field) return structValues(field.struct);
  const number = fc.maxSafeNat().map((value) => value % 2 ** SCALAR_BITS[field.scalar]);
  return field.count === undefined ? number : fc.array(number, { minLength: field.count, maxLength: field.count });
}

function structValues(layout: Layout): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(layout.fields).map(([name, field]) => [name, fieldValue(field)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { noNullPrototype: true });
}

const LAYOUTS = Object.entries(abi).filter(
  (entry): entry is [string, Layout & (typeof entry)[1]] => 'fields' in entry[1],
);

for (const [name, layout] of [['every scalar', EVERY_SCALAR] as const, ...LAYOUTS]) {
  test(`${name}: what is written is read back`, () => {
    fc.assert(
      fc.property(structValues(layout), (values) => {
        const bytes = encode(layout as Layout, values as never);
        assert.equal(bytes.length, layout.size);
        assert.deepEqual(decode(layout as Layout, bytes), values);
      }),
    );
  });
}
