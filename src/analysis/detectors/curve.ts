// A curve of time against block size as detectors see it: against its own trend, in logarithms, with its noise. Pure.

import { fitHockney, hockneyTimeNs } from '../hockney.ts';
import { median } from '../quantiles.ts';
import { fitStraightLine } from '../regression.ts';

/** One block size: usually the median over all rounds. */
export interface CurvePoint {
  readonly sizeBytes: number;
  readonly timeNs: number;
}

export interface Trend {
  /** Ascending by size. */
  readonly points: readonly CurvePoint[];
  /** ln(time / trend) of each. */
  readonly residuals: readonly number[];
}

/** Median absolute deviation → standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;

/**
 * Hockney's line where it can be fitted; else, with sizes to one side of the pole, a power of the size. Sizes and times are
 * positive. Undefined for fewer than three sizes.
 */
export function detrend(curve: readonly CurvePoint[]): Trend | undefined {
  const points = curve.toSorted((one, other) => one.sizeBytes - other.sizeBytes);
  if (new Set(points.map(({ sizeBytes }) => sizeBytes)).size < 3) return undefined;
  const line = fitHockney(points);
  const power = fitStraightLine(
    points.map(({ sizeBytes, timeNs }) => ({ x: Math.log(sizeBytes), y: Math.log(timeNs), weight: 1 })),
  );
  const trendAt = (sizeBytes: number) =>
    line === undefined ? power.intercept + power.slope * Math.log(sizeBytes) : Math.log(hockneyTimeNs(line, sizeBytes));
  return { points, residuals: points.map(({ sizeBytes, timeNs }) => Math.log(timeNs) - trendAt(sizeBytes)) };
}

/**
 * Standard deviation of what is left of neighbours' differences: a bend of the curve moves it little, and some wild points
 * do not. Of differences of two, √2 times that of one.
 */
export function noiseOf(residuals: readonly number[]): number {
  const steps = residuals.slice(1).map((residual, index) => residual - (residuals[index] as number));
  if (steps.length === 0) return 0;
  return (MAD_TO_SIGMA * median(steps.map(Math.abs))) / Math.SQRT2;
}
