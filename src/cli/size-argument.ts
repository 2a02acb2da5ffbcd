// Sizes as people write them: 64, 1k, 16M, several with commas between them.

import { InvalidArgumentError } from 'commander';

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
