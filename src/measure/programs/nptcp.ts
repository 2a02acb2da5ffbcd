// The file that NPtcp 3.7.2 writes (`-o`): bytes, Mbps of 2^20 bits, seconds one way, a line for each size. Pure.

import { ProgramError } from '../errors.ts';

export interface NptcpPoint {
  readonly sizeBytes: number;
  readonly seconds: number;
  /** Of 2^20 bits, as NPtcp has them. */
  readonly mbps: number;
}

/** Throws PROGRAM_FAILED for a file that is not NPtcp's, or empty. */
export function parseNptcp(text: string): readonly NptcpPoint[] {
  const points = text
    .trim()
    .split('\n')
    .map((line) => {
      const [sizeBytes = Number.NaN, mbps = Number.NaN, seconds = Number.NaN] = line.trim().split(/\s+/).map(Number);
      return { sizeBytes, seconds, mbps };
    });
  const isWhole = points.every((point) => Object.values(point).every((value) => value > 0));
  if (!isWhole) throw new ProgramError('NPtcp', 'it has written no results; what it says is above');
  return points;
}
