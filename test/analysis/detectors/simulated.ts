// Curves and series that never happened: Hockney's times with log-normal noise, and what faults do to them. Deterministic for
// a seed.

import type { CurvePoint } from '../../../src/analysis/detectors/curve.ts';
import { createXoshiro128 } from '../../../src/analysis/random.ts';
import { NPTCP_SCHEDULE, scheduleOctaves } from '../../../src/measure/netpipe/schedule.ts';

export interface Noise {
  /** Standard normal. */
  readonly normal: () => number;
  /** 0 … 1 */
  readonly uniform: () => number;
}

export function createNoise(seed: number): Noise {
  const next = createXoshiro128([seed + 1, 0x9e3779b9, 0x243f6a88, 0xb7e15162]);
  for (let i = 0; i < 64; i++) next();
  const uniform = () => (next() + 0.5) / 2 ** 32;
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

export const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);

/** Netpipe's own sizes, with their neighbours 3 bytes below and above, and the list of `lvskit compare`. */
export const SCHEDULES: Readonly<Record<string, readonly number[]>> = {
  netpipe: netpipeSizes(),
  octaves: Array.from({ length: 23 }, (_, exponent) => 2 ** exponent),
};

function netpipeSizes(): readonly number[] {
  const sizes: number[] = [];
  for (const { sizeBytes } of scheduleOctaves(NPTCP_SCHEDULE)) {
    if (sizeBytes > 4 * 1024 ** 2 + 3) break;
    sizes.push(sizeBytes);
  }
  return [...new Set(sizes)];
}

/** 100 Mbit/s with 300 µs, as on the paper's machines; and a veth of today. */
export const PATHS = {
  paper: { latencyNs: 300_000, nsPerByte: 80 },
  veth: { latencyNs: 9_000, nsPerByte: 0.25 },
} as const;

export interface CurveOptions {
  readonly path?: keyof typeof PATHS;
  readonly sizes?: readonly number[];
  /** Relative standard deviation. */
  readonly noise?: number;
  /** By how much a size takes longer than Hockney's time. */
  readonly factor?: (sizeBytes: number) => number;
}

export function simulateCurve(seed: number, options: CurveOptions = {}): readonly CurvePoint[] {
  const { path = 'veth', sizes = SCHEDULES.netpipe ?? [], noise = 0.02, factor = () => 1 } = options;
  const { latencyNs, nsPerByte } = PATHS[path];
  const { normal } = createNoise(seed);
  return sizes.map((sizeBytes) => ({
    sizeBytes,
    timeNs: (latencyNs + nsPerByte * sizeBytes) * factor(sizeBytes) * Math.exp(noise * normal()),
  }));
}

/** Every combination of path, schedule and noise. */
export const CLEAN: readonly CurveOptions[] = (['paper', 'veth'] as const).flatMap((path) =>
  Object.values(SCHEDULES).flatMap((sizes) => [0.005, 0.01, 0.02, 0.03, 0.04].map((noise) => ({ path, sizes, noise }))),
);

/** Whether two sizes are within a factor of two of each other. */
export function isWithinOctave(one: number, other: number): boolean {
  return Math.abs(Math.log2(one / other)) <= 1;
}
