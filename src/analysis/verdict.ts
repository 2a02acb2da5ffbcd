// From statements about quantities to a verdict on a claim. A statement bounds a quantity; its interval lies within the
// bounds, outside, or across one of them, and only the first two decide anything.

import { CONFIDENCE, type Estimate, MINIMUM_ROUNDS } from './bootstrap.ts';
import { estimateOf, type Quantity } from './quantity.ts';

/** Words of the report; `needs` names what this machine lacks. */
export const VERDICTS = ['holds', 'does not hold', 'not resolved here', 'needs'] as const;
export type ClaimVerdict = (typeof VERDICTS)[number];

/** Both inclusive; without one it is open on that side. Without both, the quantity is only reported. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** One thing that a claim says, as a number that must lie within bounds. */
export interface Statement {
  /** `latency, VS-NAT / VS-DR` */
  readonly name: string;
  readonly quantity: Quantity;
  readonly bounds: Bounds;
  /** `µs`, `Mbit/s`, `kB`; without one the number is a ratio or a count. */
  readonly unit: string | undefined;
}

export type Outcome = 'met' | 'missed' | 'open' | 'reported';

export interface JudgedStatement {
  readonly name: string;
  readonly estimate: Estimate;
  readonly bounds: Bounds;
  readonly unit: string | undefined;
  readonly outcome: Outcome;
}

export interface Judgement {
  readonly verdict: ClaimVerdict;
  readonly statements: readonly JudgedStatement[];
  /** Why it is not resolved, or what it needs; also what a reader must know besides. */
  readonly why: string | undefined;
}

/** States that a quantity lies within bounds. */
export function state(name: string, quantity: Quantity, bounds: Bounds, unit?: string): Statement {
  return { name, quantity, bounds, unit };
}

/** A number that belongs beside the others but decides nothing. */
export function report(name: string, quantity: Quantity, unit?: string): Statement {
  return state(name, quantity, {}, unit);
}

/** A claim holds when all its statements do, and does not when one does not. */
export function judgeStatements(statements: readonly Statement[], confidence = CONFIDENCE): Judgement {
  const judged = statements.map((statement) => judgeStatement(statement, confidence));
  const outcomes = judged.map(({ outcome }) => outcome);
  const verdict = outcomes.includes('missed')
    ? 'does not hold'
    : outcomes.includes('open')
      ? 'not resolved here'
      : 'holds';
  const open = judged.filter(({ outcome }) => outcome === 'open').map(({ name }) => name);
  const why = verdict === 'not resolved here' ? `the interval crosses a bound: ${open.join('; ')}` : undefined;
  return { verdict, statements: judged, why };
}

function judgeStatement({ name, quantity, bounds, unit }: Statement, confidence: number): JudgedStatement {
  const estimate = estimateOf(quantity, confidence);
  return { name, estimate, bounds, unit, outcome: outcomeOf(estimate, bounds, quantity.rounds) };
}

function outcomeOf({ value, low, high }: Estimate, { min, max }: Bounds, rounds: number): Outcome {
  if (min === undefined && max === undefined) return 'reported';
  if (Number.isNaN(value) || rounds < MINIMUM_ROUNDS) return 'open';
  const [least, most] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
  if (low >= least && high <= most) return 'met';
  return high < least || low > most ? 'missed' : 'open';
}
