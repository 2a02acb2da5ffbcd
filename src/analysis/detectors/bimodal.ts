// Bimodal times: two kinds of transfer under one name, so that mean and median describe neither: two paths, two servers of
// different speed, a processor that wakes up and one that does not.
//
// The density of ln t by a Gaussian kernel, its width by Silverman's rule (which smooths two modes rather too much). There
// must be two maxima, a factor of 1.3 apart, each with a tenth of the transfers, and between them less than half of the
// lower one. False alarms: a second maximum of chance has some transfers of the tail, not a tenth of all. Of 2400
// simulated samples of one kind (normal, log-normal, with tails and outliers) of 60 to 500 transfers one is flagged.
// B. W. Silverman, Density Estimation (1986), 3.4.2.

/** A time and how often it was seen: a sample is a list with count 1, a histogram has one for each bin. */
export interface WeightedTime {
  readonly timeNs: number;
  readonly count: number;
}

export interface Modes {
  readonly lowNs: number;
  readonly highNs: number;
  /** Of all transfers, those nearer to the high one. */
  readonly highShare: number;
}

const FEWEST = 50;
const LEAST_FACTOR = 1.3;
const LEAST_SHARE = 0.1;
const DEEPEST_VALLEY = 0.5;
const GRID = 256;
/** Where the kernel's tail ends. */
const KERNEL_SIGMAS = 4;

/** Undefined where there is one mode, or too little to tell. Times are positive. */
export function findModes(times: readonly WeightedTime[]): Modes | undefined {
  const seen = times.filter(({ count }) => count > 0).toSorted((one, other) => one.timeNs - other.timeNs);
  const total = seen.reduce((sum, { count }) => sum + count, 0);
  if (total < FEWEST) return undefined;
  const logs = seen.map(({ timeNs, count }) => ({ x: Math.log(timeNs), weight: count / total }));
  const width = bandwidth(logs, total);
  if (width === 0) return undefined;
  const density = estimateDensity(logs, width);
  return chooseModes(density, logs);
}

interface WeightedLog {
  readonly x: number;
  readonly weight: number;
}

interface DensityAt {
  readonly x: number;
  readonly density: number;
}

/** 0.9 · min(σ, IQR / 1.34) · n^(−1/5) */
function bandwidth(logs: readonly WeightedLog[], total: number): number {
  const mean = logs.reduce((sum, { x, weight }) => sum + weight * x, 0);
  const sigma = Math.sqrt(logs.reduce((sum, { x, weight }) => sum + weight * (x - mean) ** 2, 0));
  const spread = quantileOf(logs, 0.75) - quantileOf(logs, 0.25);
  return 0.9 * Math.min(sigma, spread > 0 ? spread / 1.34 : sigma) * total ** (-1 / 5);
}

function quantileOf(logs: readonly WeightedLog[], probability: number): number {
  let sum = 0;
  for (const { x, weight } of logs) {
    sum += weight;
    if (sum >= probability) return x;
  }
  return logs.at(-1)?.x ?? 0;
}

function estimateDensity(logs: readonly WeightedLog[], width: number): readonly DensityAt[] {
  // Beyond these quantiles are too few transfers for a mode, however far out they are.
  const from = quantileOf(logs, LEAST_SHARE / 10) - KERNEL_SIGMAS * width;
  const to = quantileOf(logs, 1 - LEAST_SHARE / 10) + KERNEL_SIGMAS * width;
  return Array.from({ length: GRID }, (_, index) => {
    const x = from + ((to - from) * index) / (GRID - 1);
    const near = logs.filter((each) => Math.abs(each.x - x) < KERNEL_SIGMAS * width);
    return {
      x,
      density: near.reduce((sum, each) => sum + each.weight * Math.exp(-(((each.x - x) / width) ** 2) / 2), 0),
    };
  });
}

/** The pair of maxima with the deepest valley between them, of those that are far enough apart and large enough. */
function chooseModes(density: readonly DensityAt[], logs: readonly WeightedLog[]): Modes | undefined {
  const peaks = density.flatMap((point, index) => {
    const [before, after] = [density[index - 1]?.density ?? 0, density[index + 1]?.density ?? 0];
    return point.density > before && point.density >= after ? [index] : [];
  });
  let best: { readonly depth: number; readonly modes: Modes } | undefined;
  for (const low of peaks) {
    for (const high of peaks.filter((index) => index > low)) {
      const [one, other] = [density[low] as DensityAt, density[high] as DensityAt];
      const between = density.slice(low, high + 1);
      const valley = between.reduce((least, point) => (point.density < least.density ? point : least), one);
      const depth = valley.density / Math.min(one.density, other.density);
      const highShare = logs.reduce((sum, { x, weight }) => sum + (x > valley.x ? weight : 0), 0);
      const apart = other.x - one.x >= Math.log(LEAST_FACTOR);
      if (!apart || depth >= DEEPEST_VALLEY || Math.min(highShare, 1 - highShare) < LEAST_SHARE) continue;
      if (best !== undefined && best.depth <= depth) continue;
      best = { depth, modes: { lowNs: Math.exp(one.x), highNs: Math.exp(other.x), highShare } };
    }
  }
  return best?.modes;
}
