import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrap, estimateMedian, mapEstimate } from '../../src/analysis/bootstrap.ts';
import { median } from '../../src/analysis/quantiles.ts';
import { createXoshiro128 } from '../../src/analysis/random.ts';

/** Survival of the treated mice: Efron and Tibshirani, An Introduction to the Bootstrap (1993), table 2.1. */
const TREATED_MICE_DAYS = [94, 197, 16, 38, 99, 141, 23];

function resampleMice(statistic: (days: number[]) => number, replicates: number): number[] {
  return bootstrap(
    TREATED_MICE_DAYS.length,
    (indices) => statistic(Array.from(indices, (index) => TREATED_MICE_DAYS[index] as number)),
    replicates,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

test('standard errors of a mean and a median are those that Efron and Tibshirani publish', () => {
  // Table 2.2, for infinitely many replicates: 23.36 and 37.83.
  assert.ok(Math.abs(standardDeviation(resampleMice(mean, 40_000)) - 23.36) < 0.4);
  assert.ok(Math.abs(standardDeviation(resampleMice(median, 40_000)) - 37.83) < 0.6);
});

test('the median of a resample of seven has the published distribution', () => {
  // Efron and Tibshirani, problem 2.4: the probability that it is the kth smallest value.
  const published = [0.0102, 0.0981, 0.2386, 0.3062, 0.2386, 0.0981, 0.0102];
  const medians = resampleMice(median, 40_000);
  const sorted = TREATED_MICE_DAYS.toSorted((a, b) => a - b);
  published.forEach((probability, k) => {
    const share = medians.filter((value) => value === sorted[k]).length / medians.length;
    assert.ok(Math.abs(share - probability) < 0.012, `${k}: ${share}`);
  });
});

test('an interval of a median covers the truth about as often as it says', () => {
  const next = createXoshiro128([11, 22, 33, 44]);
  const exponential = () => -Math.log((next() + 0.5) / 2 ** 32);
  const trials = 300;
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = estimateMedian(Array.from({ length: 12 }, exponential));
    if (low <= Math.LN2 && Math.LN2 <= high) covered++;
  }
  assert.ok(covered / trials > 0.9 && covered / trials < 0.99, `${covered} of ${trials}`);
});

test('an interval holds its median, lies within the values, and does not depend on their order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1, maxLength: 20 }), (values) => {
      const { value, low, high } = estimateMedian(values);
      assert.ok(Math.min(...values) <= low && low <= value && value <= high && high <= Math.max(...values));
      assert.deepEqual(estimateMedian(values.toReversed()), { value, low, high });
    }),
    { numRuns: 40 },
  );
});

test('a single value has an interval of no width', () => {
  assert.deepEqual(estimateMedian([5]), { value: 5, low: 5, high: 5 });
});

test('a falling function turns an interval round', () => {
  assert.deepEqual(
    mapEstimate({ value: 2, low: 1, high: 4 }, (x) => 8 / x),
    { value: 4, low: 2, high: 8 },
  );
});
