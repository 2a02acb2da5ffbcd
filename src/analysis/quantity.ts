// Numbers with what resampling makes of them. All quantities of one experiment are computed on the same resamples of its
// rounds, so that any function of several (a ratio of latencies, a pole over L · r∞) has its interval at once, and what
// disturbed a round cancels out of a ratio.

import { CONFIDENCE, type Estimate, percentileEstimate } from './bootstrap.ts';

export interface Quantity {
  readonly value: number;
  /** The same statistic on each resample; empty for a number that is known exactly. */
  readonly replicas: readonly number[];
  /** That it rests on; ∞ for a number that is known exactly. */
  readonly rounds: number;
}

/** A count, a yes or no (1 or 0), a statistic without an interval. */
export function exactly(value: number): Quantity {
  return { value, replicas: [], rounds: Number.POSITIVE_INFINITY };
}

/** Any function of quantities of the same experiment. */
export function combine(of: (...values: number[]) => number, ...parts: readonly Quantity[]): Quantity {
  const count = Math.max(0, ...parts.map(({ replicas }) => replicas.length));
  return {
    value: of(...parts.map(({ value }) => value)),
    replicas: Array.from({ length: count }, (_, index) =>
      of(...parts.map(({ value, replicas }) => replicas[index] ?? value)),
    ),
    rounds: Math.min(...parts.map(({ rounds }) => rounds)),
  };
}

export function ratio(numerator: Quantity, denominator: Quantity): Quantity {
  return combine((one, other) => one / other, numerator, denominator);
}

/** The value with its interval; none of width 0 is invented where there were no resamples. */
export function estimateOf({ value, replicas }: Quantity, confidence = CONFIDENCE): Estimate {
  const finite = replicas.filter(Number.isFinite);
  return finite.length === 0 ? { value, low: value, high: value } : percentileEstimate(value, finite, confidence);
}
