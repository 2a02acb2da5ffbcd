// Quantiles of Student's t against the tables of W. H. Beyer, CRC Standard Mathematical Tables.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { studentQuantile } from '../../src/analysis/student.ts';

const TABLE: readonly (readonly [tails: number, degrees: number, t: number])[] = [
  [0.05, 1, 12.706],
  [0.05, 2, 4.303],
  [0.05, 3, 3.182],
  [0.05, 10, 2.228],
  [0.05, 30, 2.042],
  [0.01, 4, 4.604],
  [0.001, 7, 5.408],
  [0.001, 30, 3.646],
  [0.001, 120, 3.373],
];

test('the quantiles are those of the tables', () => {
  for (const [tails, degrees, t] of TABLE) {
    const found = studentQuantile(tails, degrees);
    assert.ok(Math.abs(found - t) < 0.0006, `${tails}, ${degrees}: ${found} is not ${t}`);
  }
});

test('with ever more degrees of freedom they become those of the normal distribution', () => {
  for (const [tails, z] of [
    [0.05, 1.95996],
    [0.001, 3.29053],
    [0.0001, 3.89059],
  ] as const) {
    const found = studentQuantile(tails, Number.POSITIVE_INFINITY);
    assert.ok(found >= z && found / z < 1.006, `${tails}: ${found} is not ${z}`);
  }
});

test('degrees of freedom are rounded down, and a probability that is none is refused', () => {
  assert.equal(studentQuantile(0.05, 10.9), studentQuantile(0.05, 10));
  assert.equal(studentQuantile(0.05, 0.3), studentQuantile(0.05, 1));
  assert.throws(() => studentQuantile(0, 10), RangeError);
  assert.throws(() => studentQuantile(1, 10), RangeError);
});
