// Two lists of verdicts laid beside each other: which claims are judged otherwise, and which of their numbers have moved
// by more than both intervals allow.

import type { Estimate } from '../bootstrap.ts';
import { studentQuantile } from '../student.ts';
import type { ClaimVerdict } from '../verdict.ts';
import { FALSE_ALARM_RATE } from './changes.ts';

/** A claim as one run has judged it. */
export interface VerdictEntry {
  readonly claim: string;
  readonly verdict: ClaimVerdict;
  readonly quantities: readonly NamedEstimate[];
}

export interface NamedEstimate {
  readonly name: string;
  /** With its 95 % interval; one of no width is a number that is known exactly. */
  readonly estimate: Estimate;
}

export interface QuantityChange {
  readonly name: string;
  readonly a: Estimate;
  readonly b: Estimate;
  /** B less A; all intervals of the list hold together with 1 − {@link FALSE_ALARM_RATE}. */
  readonly difference: Estimate;
  /** Whether that interval is on one side of 0. */
  readonly changed: boolean;
}

export interface ClaimChange {
  readonly claim: string;
  readonly a: ClaimVerdict;
  readonly b: ClaimVerdict;
  readonly quantities: readonly QuantityChange[];
}

export interface VerdictsDiff {
  /** Judged otherwise in B. */
  readonly changed: readonly ClaimChange[];
  /** Judged alike, with a number that has changed. */
  readonly moved: readonly ClaimChange[];
  /** Judged alike, numbers and all. */
  readonly same: number;
  /** The share of the claims of both runs with the same verdict; 1 when there is none. */
  readonly agreement: number;
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
}

/** In the order of `a`. */
export function diffVerdicts(a: readonly VerdictEntry[], b: readonly VerdictEntry[]): VerdictsDiff {
  const ofB = new Map(b.map((entry) => [entry.claim, entry]));
  const pairs = a.flatMap((entry) => {
    const other = ofB.get(entry.claim);
    return other === undefined ? [] : [{ a: entry, b: other, shared: sharedQuantities(entry, other) }];
  });
  const intervals = pairs.reduce((sum, { shared }) => sum + shared.length, 0);
  const claims = pairs.map((pair) => ({
    claim: pair.a.claim,
    a: pair.a.verdict,
    b: pair.b.verdict,
    quantities: pair.shared.map((quantity) => changeOf(quantity, intervals)),
  }));
  const changed = claims.filter((claim) => claim.a !== claim.b);
  const moved = claims.filter((claim) => claim.a === claim.b && claim.quantities.some((one) => one.changed));
  const namesOfA = new Set(a.map(({ claim }) => claim));
  return {
    changed,
    moved,
    same: claims.length - changed.length - moved.length,
    agreement: claims.length === 0 ? 1 : 1 - changed.length / claims.length,
    onlyInA: a.filter(({ claim }) => !ofB.has(claim)).map(({ claim }) => claim),
    onlyInB: b.filter(({ claim }) => !namesOfA.has(claim)).map(({ claim }) => claim),
  };
}

interface SharedQuantity {
  readonly name: string;
  readonly a: Estimate;
  readonly b: Estimate;
}

function sharedQuantities(a: VerdictEntry, b: VerdictEntry): SharedQuantity[] {
  return a.quantities.flatMap(({ name, estimate }) => {
    const other = b.quantities.find((one) => one.name === name);
    return other === undefined || !isKnown(estimate) || !isKnown(other.estimate)
      ? []
      : [{ name, a: estimate, b: other.estimate }];
  });
}

/**
 * The interval of a difference from those of its parts: G. Y. Zou, A. Donner, Construction of confidence limits about
 * effect measures (Statistics in Medicine 27, 2008). It is made wide enough to hold with all others.
 */
function changeOf({ name, a, b }: SharedQuantity, intervals: number): QuantityChange {
  const stretch =
    studentQuantile(FALSE_ALARM_RATE / intervals, Number.POSITIVE_INFINITY) /
    studentQuantile(0.05, Number.POSITIVE_INFINITY);
  const value = b.value - a.value;
  const low = value - stretch * Math.hypot(b.value - b.low, a.high - a.value);
  const high = value + stretch * Math.hypot(b.high - b.value, a.value - a.low);
  return { name, a, b, difference: { value, low, high }, changed: low > 0 || high < 0 };
}

function isKnown({ value, low, high }: Estimate): boolean {
  return [value, low, high].every(Number.isFinite);
}
