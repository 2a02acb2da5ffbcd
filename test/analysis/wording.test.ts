import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatChange, formatList, formatSignificant, formatSize } from '../../src/analysis/wording.ts';

test('sizes are binary, exact where they can be', () => {
  const sizes = [0, 1, 64, 1024, 1500, 9999, 10_000, 35_000, 65536, 65539, 1_044_000, 1048576, 3.5 * 1024 ** 3];
  assert.deepEqual(sizes.map(formatSize), [
    '0 B',
    '1 B',
    '64 B',
    '1 kB',
    '1500 B',
    '9999 B',
    '9.77 kB',
    '34.2 kB',
    '64 kB',
    '64.0 kB',
    '1\u00a0020 kB',
    '1 MB',
    '3.50 GB',
  ]);
});

test('numbers have three significant digits, thousands set apart', () => {
  const numbers = [0, 0.0008, 0.01234, 0.5, 7.312, 9.996, 84.25, 842.4, 38_125, 1_234_567, Number.POSITIVE_INFINITY];
  assert.deepEqual(numbers.map(formatSignificant), [
    '0',
    '0.000800',
    '0.0123',
    '0.500',
    '7.31',
    '10.0',
    '84.3',
    '842',
    '38\u00a0100',
    '1\u00a0230\u00a0000',
    '–',
  ]);
});

test('a change is a percentage with its interval, whichever way it goes', () => {
  assert.equal(formatChange({ value: 1.081, low: 1.05, high: 1.112 }), '8.1 % (5.0–11.2)');
  assert.equal(formatChange({ value: 0.92, low: 0.903, high: 0.939 }), '8.0 % (6.1–9.7)');
});

test('lists read as in a sentence', () => {
  assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(formatList), ['', 'a', 'a and b', 'a, b and c']);
});
