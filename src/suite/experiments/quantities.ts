// Quantities that the claims of several experiments are about, each between two cells of netpipe's observations.

import { combine, type Observations, type Quantity, ratio } from '../../analysis/mod.ts';

/** Small enough to show the latency alone, and as large as a small request. */
export const SMALL_BYTES = 64;

/** Time of a small block of one cell over that of another, side by side. */
export function latencyRatio(seen: Observations, cell: string, baseline: string, sizeBytes = SMALL_BYTES): Quantity {
  return seen.medianRatio({ cell, sizeBytes }, { cell: baseline, sizeBytes });
}

/** Throughput at one size of one cell over that of another, side by side. */
export function throughputRatio(seen: Observations, cell: string, baseline: string, sizeBytes: number): Quantity {
  return seen.medianRatio({ cell: baseline, sizeBytes }, { cell, sizeBytes });
}

/** r∞ of one cell over that of another, from the lines through all sizes. */
export function rateRatio(seen: Observations, cell: string, baseline: string): Quantity {
  return ratio(seen.line({ cell }).rateMbps, seen.line({ cell: baseline }).rateMbps);
}

/** Mbit/s at one size. */
export function throughputMbps(seen: Observations, cell: string, sizeBytes: number, measure = 'netpipe'): Quantity {
  return combine((ns) => (sizeBytes * 8000) / ns, seen.median({ cell, measure, sizeBytes }));
}

/** Time of a block at one size, µs. */
export function timeUs(seen: Observations, cell: string, sizeBytes = SMALL_BYTES): Quantity {
  return combine((ns) => ns / 1000, seen.median({ cell, sizeBytes }));
}

/** Throughput at the largest size over the best throughput of any: below 1 the curve falls at its end. */
export function endOverPeak(seen: Observations, cell: string): Quantity {
  const sizes = seen.sizes({ cell });
  const rates = sizes.map((sizeBytes) => throughputMbps(seen, cell, sizeBytes));
  return combine((...all) => (all.at(-1) as number) / Math.max(...all), ...rates);
}
