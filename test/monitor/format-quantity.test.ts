import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatQuantity, formatShare } from '../../src/monitor/format-quantity.ts';

test('numbers keep three digits, with a unit from ten thousand on', () => {
  for (const [value, text] of [
    [0, '0'],
    [0.04, '0'],
    [0.5, '0.5'],
    [9.96, '10'],
    [42, '42'],
    [9999.4, '9999'],
    [9999.5, '10.0k'],
    [12_345, '12.3k'],
    [99_950, '100k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [1_234_567, '1.23M'],
    [1e10, '10.0G'],
    [2 ** 53, '9.01P'],
  ] as const) {
    assert.equal(formatQuantity(value), text);
  }
});

test('no number takes more than five columns, and each reads as what it is within half a percent', () => {
  const factors: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
  fc.assert(
    fc.property(fc.oneof(fc.double({ min: 0, max: 9e20, noNaN: true }), fc.nat()), (value) => {
      const text = formatQuantity(value);
      assert.ok(text.length <= 5, text);
      const [, digits, unit = ''] = /^([\d.]+)([kMGTPE]?)$/.exec(text) ?? [];
      const read = Number(digits) * (factors[unit] ?? 1);
      assert.ok(Math.abs(read - value) <= Math.max(0.5, value * 0.005_01), `${text} for ${value}`);
    }),
  );
});

test('a share is in whole percent, and of nothing a dash', () => {
  assert.deepEqual(
    [formatShare(0), formatShare(0.125), formatShare(1), formatShare(undefined)],
    ['0%', '13%', '100%', '-'],
  );
});
