// Jaggies: blocks that take longer than smaller and larger ones do. The paper saw them just above 64 kB, on every path through
// one machine, and took them for the sign of a race in TCP.
//
// A run of sizes, one octave wide at most, is jagged when it rises over the sizes on both its sides. False alarms: the rise
// must be 6 standard deviations of the curve's own noise, and 15 %. Of 50 sizes with normal noise one in a million does
// that; what is left is the uncertainty of the noise itself, which the 15 % bound. Of 5000 simulated clean curves with 0.5 to
// 4 % of noise none is flagged, nor of 1000 with 6 and 10 %: below one in a thousand. Permanent steps (caches, offloads) are
// none: they rise over one side only.

import { median } from '../quantiles.ts';
import { type CurvePoint, detrend, noiseOf } from './curve.ts';

export interface Jag {
  /** First and last size of it. */
  readonly fromBytes: number;
  readonly toBytes: number;
  /** How much longer its worst size takes than its surroundings: 1.5 is half as long again. */
  readonly factor: number;
}

const WIDEST_OCTAVES = 1;
/** Sizes on each side that say where the curve would be. */
const NEIGHBOURS = 3;
const LEAST_RISE = Math.log(1.15);
const SIGMAS = 6;

/** Ascending. At the ends of the curve nothing can be told, because there is one side only. */
export function findJaggies(curve: readonly CurvePoint[]): readonly Jag[] {
  const trend = detrend(curve);
  if (trend === undefined) return [];
  const { points, residuals } = trend;
  const threshold = Math.max(LEAST_RISE, SIGMAS * noiseOf(residuals));
  const jags: { from: number; to: number; rise: number }[] = [];
  let from = 1;
  while (from < points.length - 1) {
    const to = jagFrom(points, residuals, from, threshold);
    if (to === undefined) {
      from++;
      continue;
    }
    const rise = Math.max(...residuals.slice(from, to + 1)) - surroundings(residuals, from, to);
    jags.push({ from, to, rise });
    from = to + 1;
  }
  return jags.map((jag) => ({
    fromBytes: (points[jag.from] as CurvePoint).sizeBytes,
    toBytes: (points[jag.to] as CurvePoint).sizeBytes,
    factor: Math.exp(jag.rise),
  }));
}

/** Whether two lie within an octave of each other. */
export function areNear(one: Jag, other: Jag): boolean {
  return one.fromBytes <= 2 * other.toBytes && other.fromBytes <= 2 * one.toBytes;
}

/** The last index of the widest run from `from` on whose ends both rise over what is on both its sides. */
function jagFrom(
  points: readonly CurvePoint[],
  residuals: readonly number[],
  from: number,
  threshold: number,
): number | undefined {
  const widest = (points[from] as CurvePoint).sizeBytes * 2 ** WIDEST_OCTAVES;
  let found: number | undefined;
  for (let to = from; to < points.length - 1 && (points[to] as CurvePoint).sizeBytes <= widest; to++) {
    const level = surroundings(residuals, from, to);
    const rises = [residuals[from], residuals[to]].every((residual) => (residual as number) - level > threshold);
    if (rises) found = to;
  }
  return found;
}

/** The higher one of the two sides' medians. */
function surroundings(residuals: readonly number[], from: number, to: number): number {
  const before = residuals.slice(Math.max(0, from - NEIGHBOURS), from);
  const after = residuals.slice(to + 1, to + 1 + NEIGHBOURS);
  return Math.max(median(before), median(after));
}
