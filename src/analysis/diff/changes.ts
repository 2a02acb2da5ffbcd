// Which numbers differ between two runs by more than their rounds do among themselves. The runs are not paired: the
// interval of B over A comes from independent resamples of both. Many numbers are looked at, so that 95 % for each
// would call one in twenty changed by chance: intervals are wide enough to hold all together with 99 %.

import { type Estimate, MINIMUM_ROUNDS } from '../bootstrap.ts';
import { quantileOfSorted } from '../quantiles.ts';
import { estimateOf, type Quantity } from '../quantity.ts';
import { studentQuantile } from '../student.ts';
import type { RunQuantity } from './run-quantity.ts';

/** The probability that a list of changes between two runs of the same thing calls anything changed. */
export const FALSE_ALARM_RATE = 0.01;

/** `same`: the interval lies within the margin about 1; `not resolved`: it holds 1, and a change that would matter, too. */
export type ChangeVerdict = 'changed' | 'same' | 'not resolved';

export interface Change extends Omit<RunQuantity, 'quantity'> {
  /** Each with its own 95 % interval. */
  readonly a: Estimate;
  readonly b: Estimate;
  /** B over A. */
  readonly ratio: number;
  /** Of the ratio; those of a list hold all together with 1 − {@link FALSE_ALARM_RATE}. None with too few rounds. */
  readonly interval: Interval | undefined;
  readonly rounds: { readonly a: number; readonly b: number };
  readonly verdict: ChangeVerdict;
  /** Of what has changed. */
  readonly direction: 'better' | 'worse' | undefined;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

interface Pair {
  readonly a: RunQuantity;
  readonly b: RunQuantity;
}

/** Of one group, where both runs have it. A change within `margin` (0.05: 5 %) does not matter. */
export function findChanges(a: readonly RunQuantity[], b: readonly RunQuantity[], margin: number): readonly Change[] {
  const ofB = new Map(b.map((one) => [keyOf(one), one]));
  const pairs = a.flatMap((one): Pair[] => {
    const other = ofB.get(keyOf(one));
    return other !== undefined && isPositive(one.quantity) && isPositive(other.quantity) ? [{ a: one, b: other }] : [];
  });
  return pairs
    .map((pair) => changeOf(pair, pairs.length, margin))
    .toSorted((one, other) => rankOf(one) - rankOf(other) || sizeOf(other) - sizeOf(one));
}

function changeOf({ a, b }: Pair, intervals: number, margin: number): Change {
  const { quantity, ...named } = a;
  const rounds = { a: quantity.rounds, b: b.quantity.rounds };
  const ratio = b.quantity.value / quantity.value;
  const interval =
    Math.min(rounds.a, rounds.b) < MINIMUM_ROUNDS
      ? undefined
      : intervalOf(quantity, b.quantity, FALSE_ALARM_RATE / intervals);
  const verdict = judge(interval, margin);
  return {
    ...named,
    a: estimateOf(quantity),
    b: estimateOf(b.quantity),
    ratio,
    interval,
    rounds,
    verdict,
    direction: verdict !== 'changed' ? undefined : ratio > 1 === (a.better === 'more') ? 'better' : 'worse',
  };
}

/**
 * Of B over A. The bootstrap tells how far each side of 95 % reaches, not one far out in its tails: it is stretched as
 * Student's t is between the two probabilities.
 */
function intervalOf(a: Quantity, b: Quantity, tails: number): Interval {
  const [logsA, logsB] = [logarithms(a), logarithms(b)];
  const centre = Math.log(b.value / a.value);
  const count = Math.min(logsA.length, logsB.length);
  // Resamples of both runs begin with the same random numbers: shifted by one, they have nothing in common.
  const differences = Float64Array.from(
    { length: count },
    (_, index) => (logsB[(index + 1) % count] as number) - (logsA[index] as number),
  ).sort();
  const degrees = welch(variance(logsA), degreesOf(a), variance(logsB), degreesOf(b));
  const stretch = studentQuantile(tails, degrees) / studentQuantile(0.05, Number.POSITIVE_INFINITY);
  const below = Math.max(0, centre - quantileOfSorted(differences, 0.025));
  const above = Math.max(0, quantileOfSorted(differences, 0.975) - centre);
  return { low: Math.exp(centre - stretch * below), high: Math.exp(centre + stretch * above) };
}

/**
 * How well a bootstrap knows the spread of a median: its relative error falls with the fourth root of the rounds only
 * (P. Hall, M. Martin, Exact convergence rate of bootstrap quantile variance estimator, 1988), as that of a standard
 * deviation with the square root of its degrees of freedom does. Simulated: 5 for 6 rounds, 7 for 30, 12 for 120.
 */
function degreesOf({ rounds }: Quantity): number {
  return 1 + Math.sqrt(rounds);
}

function judge(interval: Interval | undefined, margin: number): ChangeVerdict {
  if (interval === undefined) return 'not resolved';
  const { low, high } = interval;
  if (low > 1 || high < 1) return 'changed';
  return low >= 1 / (1 + margin) && high <= 1 + margin ? 'same' : 'not resolved';
}

/** Degrees of freedom of a difference whose two parts have variances of their own: B. L. Welch (1947). */
function welch(spreadA: number, degreesA: number, spreadB: number, degreesB: number): number {
  const denominator = spreadA ** 2 / degreesA + spreadB ** 2 / degreesB;
  return denominator === 0 ? degreesA + degreesB : (spreadA + spreadB) ** 2 / denominator;
}

function logarithms({ replicas }: Quantity): number[] {
  return replicas.filter((value) => Number.isFinite(value) && value > 0).map(Math.log);
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function isPositive({ value }: Quantity): boolean {
  return Number.isFinite(value) && value > 0;
}

function keyOf({ group, system, over, name }: RunQuantity): string {
  return [group, system, over, name].join('\n');
}

function rankOf({ verdict }: Change): number {
  return ['changed', 'not resolved', 'same'].indexOf(verdict);
}

function sizeOf({ ratio }: Change): number {
  return Math.abs(Math.log(ratio));
}
