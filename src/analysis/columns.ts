// Numbers by round, some of which may be missing, and what is drawn of them when rounds are resampled.

import { quantile } from './quantiles.ts';

/** By round; undefined where a round has none. */
export type Column = readonly (number | undefined)[];

/** Times of one size, ns. */
export interface SizeColumn {
  readonly sizeBytes: number;
  readonly column: Column;
}

/** Those of the given rounds, which may name one more than once. */
export function drawFrom(column: Column, rounds: Int32Array): number[] {
  const drawn: number[] = [];
  for (const round of rounds) {
    const value = column[round];
    if (value !== undefined) drawn.push(value);
  }
  return drawn;
}

/**
 * What the quickest tenth of the rounds takes. A machine that others share has two speeds or more, whose shares change from
 * minute to minute: the median of the rounds lies anywhere between them, this at the higher one.
 */
export function lowerDecile(values: readonly number[]): number {
  return quantile(values, 0.1);
}

export function allRounds(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, round) => round);
}
