// Sizes as people write them: 64, 1k, 16M, several with commas between them.

import { InvalidArgumentError } from 'commander';
import { LARGEST_EXPONENT } from '../measure/mod.ts';

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes. k, M and G are powers of 1024. */
export function parseSizeList(text: string): readonly number[] {
  return text.split(',').map(parseSize);
}

/** Bytes. */
export function parseSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([kmg]?)$/i.exec(text.trim()) ?? [];
  const size = Number(digits) * (FACTORS[unit.toLowerCase()] ?? Number.NaN);
  if (digits === '' || !(size >= 1)) throw new InvalidArgumentError(`'${text}' is no size: write 64, 1k or 16M.`);
  return size;
}

/** Of the files /file.0 to /file.26. */
export function parseFileSizes(text: string): readonly number[] {
  const sizes = parseSizeList(text);
  const problem = fileSizeProblem(sizes);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return sizes;
}

/** Why there are no files of these sizes; undefined when there are. */
export function fileSizeProblem(sizes: readonly number[]): string | undefined {
  const missing = sizes.find((size) => !Number.isInteger(Math.log2(size)) || size > 2 ** LARGEST_EXPONENT);
  return missing === undefined ? undefined : `There are files of powers of 2 up to 64M, and none of ${missing} bytes.`;
}
