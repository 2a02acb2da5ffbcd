// The width and the units of numbers in listings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLargeNumber } from '../../../src/director/ipvsadm/format-number.ts';

test('numbers are abbreviated at the limits that ipvsadm 1.31 has', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '        0'],
    [99_999_999, ' 99999999'],
    [100_000_000, '  100000K'],
    [999_999_999, '  999999K'],
    [1_000_000_000, '    1000M'],
    [99_999_999_999, '   99999M'],
    [100_000_000_000, '     100G'],
    [99_999_999_999_999, '   99999G'],
    [100_000_000_000_000, '     100T'],
    [9_007_199_254_740_991, '    9007T'],
  ];
  for (const [value, text] of cases) assert.equal(formatLargeNumber(value, false), text);
});

test('exact numbers keep every digit and a blank before the first', () => {
  assert.equal(formatLargeNumber(0, true), '        0');
  assert.equal(formatLargeNumber(99_999_999, true), ' 99999999');
  assert.equal(formatLargeNumber(100_000_000, true), ' 100000000');
  assert.equal(formatLargeNumber(9_007_199_254_740_991, true), ' 9007199254740991');
});
