// Numbers by round, some of which may be missing, and what is drawn of them when rounds are resampled.

import type { TimedBlock } from './hockney.ts';
import { median } from './quantiles.ts';

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

/** The median time of each size; a size that none of these rounds has is left out. */
export function mediansOver(columns: readonly SizeColumn[], rounds: Int32Array): TimedBlock[] {
  return columns.flatMap(({ sizeBytes, column }) => {
    const timesNs = drawFrom(column, rounds);
    return timesNs.length === 0 ? [] : [{ sizeBytes, timeNs: median(timesNs) }];
  });
}

export function allRounds(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, round) => round);
}
