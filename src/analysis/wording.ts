// Numbers as a reader meets them: sizes, percentages, intervals. Sizes are binary, as in the paper: 64 kB is 65536 bytes.

import { formatSignificant } from '../model/mod.ts';
import type { Estimate } from './bootstrap.ts';

export { formatSignificant, groupThousands } from '../model/mod.ts';

/** 64 → `64 B`, 65536 → `64 kB`, 35000 → `34.2 kB`. Below 10 000 bytes only whole kB become kB. */
export function formatSize(bytes: number): string {
  if (bytes < 10_000 && (bytes % 1024 !== 0 || bytes === 0)) return `${Math.round(bytes)} B`;
  const [unit, unitBytes] =
    bytes < 1024 ** 2 ? ['kB', 1024] : bytes < 1024 ** 3 ? ['MB', 1024 ** 2] : ['GB', 1024 ** 3];
  const count = bytes / (unitBytes as number);
  return `${Number.isInteger(count) ? count : formatSignificant(count)} ${unit}`;
}

/** The interval alone: `1.050–1.112`. */
export function formatInterval({ low, high }: Estimate, decimals = 3): string {
  return `${low.toFixed(decimals)}–${high.toFixed(decimals)}`;
}

/** A ratio as the change that it is: 1.081 → `8.1 % (5.0–11.2)`; 0.92 → `8.0 % (6.1–9.7)`. Signs are the reader's. */
export function formatChange(ratio: Estimate): string {
  const [one, other] = [Math.abs(ratio.low - 1) * 100, Math.abs(ratio.high - 1) * 100];
  const value = (Math.abs(ratio.value - 1) * 100).toFixed(1);
  return `${value} % (${Math.min(one, other).toFixed(1)}–${Math.max(one, other).toFixed(1)})`;
}

/** `a`, `a and b`, `a, b and c` */
export function formatList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
