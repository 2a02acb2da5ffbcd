// What a reproduction has found, as values: every claim with its verdict, every experiment with its claims and figures.

import type { ExperimentRun } from '../model/mod.ts';
import type { FigureData } from './figure.ts';
import type { ClaimVerdict, Judgement } from './verdict.ts';

export interface JudgedClaim extends Judgement {
  readonly id: string;
  /** Of the paper. */
  readonly section: string;
  readonly says: string;
  /** The paper's own number. */
  readonly paper: string;
  readonly criterion: string;
  readonly remark: string | undefined;
  readonly experiment: string;
}

export interface JudgedExperiment {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  readonly method: string;
  /** Undefined when it has not been run. */
  readonly run: ExperimentRun | undefined;
  readonly claims: readonly JudgedClaim[];
  readonly figures: readonly FigureData[];
}

/** How many claims have each verdict. */
export function countVerdicts(claims: readonly JudgedClaim[]): ReadonlyMap<ClaimVerdict, number> {
  const counts = new Map<ClaimVerdict, number>();
  for (const { verdict } of claims) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return counts;
}
