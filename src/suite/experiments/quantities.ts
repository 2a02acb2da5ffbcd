// Quantities that the claims of several experiments are about, each between two cells of netpipe's observations.

import { combine, type Observations, type Quantity, ratio } from '../../analysis/mod.ts';

/** Small enough to show the latency alone, and as large as a small request. */
export const SMALL_BYTES = 64;

/** Time of one size, by default of a small block, in one cell over that in another, side by side. */
export function timeRatio(
  seen: Observations,
  cell: string,
  baseline: string,
  sizeBytes = SMALL_BYTES,
  measure = 'netpipe',
): Quantity {
  return seen.medianRatio({ cell, measure, sizeBytes }, { cell: baseline, measure, sizeBytes });
}

/** Throughput at one size of one cell over that of another, side by side. */
export function throughputRatio(
  seen: Observations,
  cell: string,
  baseline: string,
  sizeBytes: number,
  measure = 'netpipe',
): Quantity {
  return timeRatio(seen, baseline, cell, sizeBytes, measure);
}

/** r∞ of one cell over that of another, from the lines through all sizes, side by side. */
export function rateRatio(seen: Observations, cell: string, baseline: string, measure = 'netpipe'): Quantity {
  const [pick, other] = [
    { cell, measure },
    { cell: baseline, measure },
  ];
  return ratio(seen.lineBeside(pick, other).rateMbps, seen.line(other).rateMbps);
}

/** Mbit/s at one size. */
export function throughputMbps(seen: Observations, cell: string, sizeBytes: number, measure = 'netpipe'): Quantity {
  return combine((ns) => (sizeBytes * 8000) / ns, seen.time({ cell, measure, sizeBytes }));
}

/** Time of a block at one size, µs. */
export function timeUs(seen: Observations, cell: string, sizeBytes = SMALL_BYTES): Quantity {
  return combine((ns) => ns / 1000, seen.time({ cell, sizeBytes }));
}

/** Throughput at the largest size over the best throughput of any: below 1 the curve falls at its end. */
export function endOverPeak(seen: Observations, cell: string): Quantity {
  const sizes = seen.sizes({ cell });
  const rates = sizes.map((sizeBytes) => throughputMbps(seen, cell, sizeBytes));
  return combine((...all) => (all.at(-1) as number) / Math.max(...all), ...rates);
}

/** The size that reaches half of the best throughput, read off the curve: what the fit calls L · r∞. */
export function halfRateBytes(seen: Observations, cell: string, measure = 'netpipe'): Quantity {
  const sizes = seen.sizes({ cell, measure });
  const rates = sizes.map((sizeBytes) => throughputMbps(seen, cell, sizeBytes, measure));
  return combine(
    (...all) => {
      const half = Math.max(...all) / 2;
      const above = all.findIndex((rate) => rate >= half);
      const [x0, x1] = [sizes[above - 1], sizes[above]].map((size) => Math.log(size ?? Number.NaN));
      const [y0, y1] = [all[above - 1], all[above]].map((rate) => Math.log(rate ?? Number.NaN));
      if (x0 === undefined || x1 === undefined || y0 === undefined || y1 === undefined) return Number.NaN;
      return Math.exp(x0 + ((x1 - x0) * (Math.log(half) - y0)) / (y1 - y0));
    },
    ...rates,
  );
}
