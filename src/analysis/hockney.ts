// Hockney's model of a transfer, t(n) = L + n / r∞, fitted to times per block. It knows times and sizes, not
// systems or rounds. R. W. Hockney, The communication challenge for MPP (Parallel Computing 20, 1994).

import { median } from './quantiles.ts';
import { fitStraightLine } from './regression.ts';

export interface TimedBlock {
  readonly sizeBytes: number;
  readonly timeNs: number;
}

export interface HockneyLine {
  /** L, the time of a block of no bytes. */
  readonly latencyNs: number;
  /** 1 / r∞ */
  readonly nsPerByte: number;
}

/** Steps of the fit stop once both logarithms move by less than this. */
const TOLERANCE = 1e-8;
const MAXIMUM_STEPS = 200;
/** A step changes neither parameter by more than e^this, so that a poor start cannot throw the fit away. */
const LARGEST_LOG_STEP = 1;
/** Huber's constant: 95 % efficient on normal residuals, bounded influence for a block that a knee lifts. */
const HUBER = 1.345;
/** Median absolute deviation → standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** The least share of the model that a term must make up at its own end of the sizes to count as seen. */
const SMALLEST_SHARE = 0.1;

/**
 * The line whose relative errors are smallest, for times that span orders of magnitude: least squares on
 * ln t − ln(L + n/r∞) by Gauss–Newton in ln L and ln 1/r∞, Huber-weighted. Sizes are positive or zero, times positive.
 * Undefined when the data cannot tell L from r∞: fewer than three sizes, or sizes all to one side of the pole.
 */
export function fitHockney(blocks: readonly TimedBlock[]): HockneyLine | undefined {
  const sizes = blocks.map((block) => block.sizeBytes);
  if (new Set(sizes).size < 3) return undefined;
  let line = startingLine(blocks);
  for (let step = 0; step < MAXIMUM_STEPS; step++) {
    const { latency, rate } = logStep(blocks, line);
    line = {
      latencyNs: line.latencyNs * Math.exp(clampStep(latency)),
      nsPerByte: line.nsPerByte * Math.exp(clampStep(rate)),
    };
    if (Math.abs(latency) < TOLERANCE && Math.abs(rate) < TOLERANCE) break;
  }
  return seesBothTerms(line, Math.min(...sizes), Math.max(...sizes)) ? line : undefined;
}

/** L + n / r∞ */
export function hockneyTimeNs(line: HockneyLine, sizeBytes: number): number {
  return line.latencyNs + line.nsPerByte * sizeBytes;
}

/** n½ = L · r∞: the block that reaches half of r∞, where the asymptotes cross. The paper calls it the pole. */
export function hockneyPoleBytes(line: HockneyLine): number {
  return line.latencyNs / line.nsPerByte;
}

/** r∞ in 10⁶ bit/s. */
export function hockneyRateMbps(line: HockneyLine): number {
  return 8000 / line.nsPerByte;
}

/** (measured − model) / model of each block, in the order given. */
export function relativeResiduals(line: HockneyLine, blocks: readonly TimedBlock[]): number[] {
  return blocks.map((block) => block.timeNs / hockneyTimeNs(line, block.sizeBytes) - 1);
}

function startingLine(blocks: readonly TimedBlock[]): HockneyLine {
  const { intercept, slope } = fitStraightLine(
    blocks.map(({ sizeBytes, timeNs }) => ({ x: sizeBytes, y: timeNs, weight: timeNs ** -2 })),
  );
  const shortestNs = Math.min(...blocks.map((block) => block.timeNs));
  const fastestNsPerByte = Math.min(...blocks.map((block) => block.timeNs / Math.max(block.sizeBytes, 1)));
  return {
    latencyNs: intercept > 0 ? intercept : shortestNs / 2,
    nsPerByte: slope > 0 ? slope : fastestNsPerByte / 2,
  };
}

/** Gauss–Newton's step. The two derivatives of ln(model) are the shares of its terms, which add up to 1. */
function logStep(blocks: readonly TimedBlock[], line: HockneyLine): { latency: number; rate: number } {
  const residuals = blocks.map(({ sizeBytes, timeNs }) => Math.log(timeNs / hockneyTimeNs(line, sizeBytes)));
  const sigma = MAD_TO_SIGMA * median(residuals.map(Math.abs));
  let [aa, ab, bb, ar, br] = [0, 0, 0, 0, 0];
  blocks.forEach(({ sizeBytes }, index) => {
    const residual = residuals[index] as number;
    const share = line.latencyNs / hockneyTimeNs(line, sizeBytes);
    const outlying = Math.abs(residual) / (HUBER * sigma);
    const weight = outlying > 1 ? 1 / outlying : 1;
    aa += weight * share * share;
    ab += weight * share * (1 - share);
    bb += weight * (1 - share) * (1 - share);
    ar += weight * share * residual;
    br += weight * (1 - share) * residual;
  });
  const determinant = aa * bb - ab * ab;
  if (!(determinant > 0)) return { latency: 0, rate: 0 };
  return { latency: (ar * bb - br * ab) / determinant, rate: (br * aa - ar * ab) / determinant };
}

function clampStep(step: number): number {
  return Math.max(-LARGEST_LOG_STEP, Math.min(LARGEST_LOG_STEP, step));
}

function seesBothTerms(line: HockneyLine, smallestBytes: number, largestBytes: number): boolean {
  const latencyShare = line.latencyNs / hockneyTimeNs(line, smallestBytes);
  const rateShare = 1 - line.latencyNs / hockneyTimeNs(line, largestBytes);
  return latencyShare >= SMALLEST_SHARE && rateShare >= SMALLEST_SHARE;
}
