// What an experiment is: what stands, what is observed, and which claims of the paper the observations decide. Claims are
// judged by pure functions of the observations alone, so that an old run can be judged again.

import type { Figure, Observations, Statement } from '../../analysis/mod.ts';
import type { Bench } from './bench.ts';

/** A sentence of the paper's that can be true or false on this machine. */
export interface Claim {
  /** `C10` */
  readonly id: string;
  /** Of the paper. */
  readonly section: string;
  /** In our words. */
  readonly says: string;
  /** The paper's own number or observation, with its unit; `–` where it gives none. */
  readonly paper: string;
  /** When it holds, in words. */
  readonly criterion: string;
  /** What is different today, or why the criterion is this one. */
  readonly remark?: string;
  /** Throws NotObserved where it lacks observations. */
  judge(seen: Observations): ClaimJudgement;
}

/** Statements to be bounded; or why nothing can be said, or what would be needed for it. */
export type ClaimJudgement = readonly Statement[] | { readonly unresolved: string } | { readonly needs: string };

export interface Experiment {
  /** `mtu`: names its folder, too. */
  readonly id: string;
  /** Of the paper. */
  readonly section: string;
  readonly title: string;
  /** What stands, what is done, what is compared; two or three sentences. */
  readonly method: string;
  readonly claims: readonly Claim[];
  readonly figures?: readonly Figure[];
  /** What this machine lacks for it; undefined when nothing. */
  needs?(): string | undefined;
  /** Builds what it needs, which is taken down afterwards by the bench, and records observations. */
  measure(bench: Bench): Promise<void>;
}
