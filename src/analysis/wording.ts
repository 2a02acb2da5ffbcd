// Numbers as a reader meets them: sizes, percentages, intervals. Sizes are binary, as in the paper: 64 kB is 65536 bytes.

import type { Estimate } from './bootstrap.ts';

/** 64 → `64 B`, 65536 → `64 kB`, 35000 → `34.2 kB`. Below 10 000 bytes only whole kB become kB. */
export function formatSize(bytes: number): string {
  if (bytes < 10_000 && (bytes % 1024 !== 0 || bytes === 0)) return `${Math.round(bytes)} B`;
  const [unit, unitBytes] =
    bytes < 1024 ** 2 ? ['kB', 1024] : bytes < 1024 ** 3 ? ['MB', 1024 ** 2] : ['GB', 1024 ** 3];
  const count = bytes / (unitBytes as number);
  return `${Number.isInteger(count) ? count : count.toPrecision(3)} ${unit}`;
}

/** A number with three significant digits, thousands set apart: 7.31, 84.2, 38 100; 0 is 0. */
export function formatSignificant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
  if (digits > 0) return value.toFixed(Math.min(digits, 6));
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value))) - 2);
  return groupThousands(Math.round(value / scale) * scale);
}

/** 38100 → `38 100`, with a space that does not break. */
export function groupThousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u00a0');
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
