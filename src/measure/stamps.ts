// Time stamps taken in a timed loop and turned into samples after it, so that the loop only stores a number.

import type { TimeHistogram } from './histogram.ts';

/** A loop stops to record when it has filled this many; what the pause costs falls into no sample. */
export const STAMPS_PER_BATCH = 65_536;

/** Between two neighbours lies one exchange. `performance.now()`, ms; it costs 0.07 µs, less than clock_gettime by koffi. */
export function allocateStamps(): Float64Array<ArrayBuffer> {
  return new Float64Array(STAMPS_PER_BATCH + 1);
}

const NS_PER_MS = 1e6;

/** Time between the first of `count` + 1 stamps and the last, ns. */
export function elapsedNs(stamps: Float64Array, count: number): number {
  return ((stamps[count] ?? 0) - (stamps[0] ?? 0)) * NS_PER_MS;
}

/** Records each interval times `share`: ½ makes a round trip a one-way time. */
export function recordIntervals(stamps: Float64Array, count: number, share: number, histogram: TimeHistogram): void {
  for (let i = 0; i < count; i++) {
    histogram.record(((stamps[i + 1] ?? 0) - (stamps[i] ?? 0)) * NS_PER_MS * share);
  }
}
