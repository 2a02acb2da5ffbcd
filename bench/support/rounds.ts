// What benches print of rounds in which all candidates had their turn: a row for each candidate, and ratios of visits of the
// same round beside the bar that they are to meet.

import { type Estimate, estimateMedian } from '../../src/analysis/bootstrap.ts';
import { quantile } from '../../src/analysis/quantiles.ts';

const NAME_COLUMNS = 38;

/** Measures every candidate once a round; each round another one goes first. Values by candidate, round by round. */
export async function measureInRounds<Name extends string>(
  rounds: number,
  candidates: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(candidates) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    const shift = round % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) values[name].push(await candidates[name]());
  }
  return values;
}

/** The ratio of two candidates in each round: its median over the rounds, with a 95 % interval. */
export function estimateRatio(values: readonly number[], partners: readonly number[]): Estimate {
  return estimateMedian(values.map((value, round) => value / (partners[round] ?? Number.NaN)));
}

export function printHeading(what: string, unit: string): void {
  console.log(`\n${what.padEnd(NAME_COLUMNS)}${unit.padStart(10)}  quartiles`);
}

/** Median and quartiles over the rounds. */
export function printRow(name: string, values: readonly number[], digits = 0): void {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  console.log(`${name.padEnd(NAME_COLUMNS)}${middle?.padStart(10)}  ${low}–${high}`);
}

export type Bar = { readonly atMost: number } | { readonly atLeast: number };

/** A ratio with its interval, and whether it meets its bar. */
export function printRatio(name: string, { value, low, high }: Estimate, bar?: Bar): void {
  const numbers = `${value.toFixed(3).padStart(10)}  [${low.toFixed(3)}–${high.toFixed(3)}]`;
  console.log(`${name.padEnd(NAME_COLUMNS)}${numbers}${bar === undefined ? '' : `  ${judge(value, bar)}`}`);
}

export function judge(value: number, bar: Bar): string {
  const [sign, limit, met] =
    'atMost' in bar ? ['≤', bar.atMost, value <= bar.atMost] : ['≥', bar.atLeast, value >= bar.atLeast];
  return `${sign} ${limit}: ${met ? 'met' : 'MISSED'}`;
}
