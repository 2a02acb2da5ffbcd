// Bootstrap intervals: how far a statistic would move if the same number of rounds were measured again.
// Percentile method of Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.

import { quantileOfSorted } from './quantiles.ts';
import { createRandomIndex, type RandomIndex } from './random.ts';

/** A value with its 95 % interval. `low` ≤ `high`. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export const CONFIDENCE = 0.95;

/**
 * An interval of the median of n values can reach 95 % only if min … max does, which covers 1 − 2^(1−n):
 * 94 % for five, 97 % for six. With fewer rounds nothing is called resolved.
 */
export const MINIMUM_ROUNDS = 6;

const SEED = 20000624;
const MEDIAN_REPLICATES = 2000;
/** Of statistics that take longer to compute: a fit each. */
export const FIT_REPLICATES = 1000;

/**
 * `replicates` values of `statistic`, each on a resample of `count` indices drawn with replacement from
 * 0 … count − 1. The array of indices is reused between calls: `statistic` may reorder but not keep it.
 */
export function bootstrap<T>(
  count: number,
  statistic: (indices: Int32Array) => T,
  replicates: number,
  randomIndex: RandomIndex = createRandomIndex(SEED),
): T[] {
  const indices = new Int32Array(count);
  return Array.from({ length: replicates }, () => {
    for (let i = 0; i < count; i++) indices[i] = randomIndex(count);
    return statistic(indices);
  });
}

/** The 95 % percentile interval of a bootstrap distribution, around the statistic of the values themselves. */
export function percentileEstimate(value: number, distribution: ArrayLike<number>, confidence = CONFIDENCE): Estimate {
  const sorted = Float64Array.from(distribution).sort();
  const tail = (1 - confidence) / 2;
  return { value, low: quantileOfSorted(sorted, tail), high: quantileOfSorted(sorted, 1 - tail) };
}

/** The median with its interval. The list is not empty; a single value gives an interval of no width. */
export function estimateMedian(values: readonly number[]): Estimate {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted.length >> 1;
  const lower = sorted.length % 2 === 0 ? upper - 1 : upper;
  // Sorting the drawn ranks sorts the drawn values.
  const distribution = bootstrap(
    sorted.length,
    (ranks) => {
      ranks.sort();
      return ((sorted[ranks[lower] as number] as number) + (sorted[ranks[upper] as number] as number)) / 2;
    },
    MEDIAN_REPLICATES,
  );
  return percentileEstimate(quantileOfSorted(sorted, 0.5), distribution);
}

/** The estimate of a quantity that is a monotonic function of the estimated one: 8 · bytes / time, say. */
export function mapEstimate(estimate: Estimate, convert: (value: number) => number): Estimate {
  const [low, high] = [convert(estimate.low), convert(estimate.high)];
  return { value: convert(estimate.value), low: Math.min(low, high), high: Math.max(low, high) };
}
