import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeAll, type Layout } from '../../src/dataplane/layout.ts';
import { Rows } from '../../src/dataplane/rows.ts';

const LAYOUT = {
  size: 32,
  fields: {
    byte: { offset: 0, scalar: 'u8' },
    short: { offset: 2, scalar: 'u16' },
    word: { offset: 4, scalar: 'u32' },
    long: { offset: 8, scalar: 'u64' },
    wireShort: { offset: 16, scalar: 'be16' },
    wireWords: { offset: 20, scalar: 'be32', count: 3 },
  },
} as const satisfies Layout;

const bits = (count: number) => fc.nat(2 ** count - 1);
const row = fc.record(
  {
    byte: bits(8),
    short: bits(16),
    word: fc.nat(0xffffffff),
    long: fc.maxSafeNat(),
    wireShort: bits(16),
    wireWords: fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff)),
  },
  { noNullPrototype: true },
);

test('a column says of every row what decoding the row says', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), fc.nat(1000), (values, first) => {
      const rows = new Rows(LAYOUT, first, encodeAll(LAYOUT, values));
      const scalars = (['byte', 'short', 'word', 'long', 'wireShort'] as const).map(
        (name) => [name, rows.column(name)] as const,
      );
      const words = [0, 1, 2].map((element) => rows.column('wireWords', element));
      for (const [place, value] of values.entries()) {
        const index = first + place;
        assert.deepEqual(rows.row(index), value);
        for (const [name, column] of scalars) assert.equal(column(index), value[name]);
        assert.deepEqual(
          words.map((word) => word(index)),
          value.wireWords,
        );
      }
    }),
  );
});

test('a row that was not read is no row of zeros', () => {
  const rows = new Rows(LAYOUT, 10, new Uint8Array(2 * LAYOUT.size));
  for (const index of [9, 12]) {
    assert.throws(() => rows.row(index), RangeError);
    assert.throws(() => rows.column('byte')(index), RangeError);
  }
});
