// Two runs of `lvskit reproduce` laid beside each other: what differed when they were measured, and which claims are judged
// otherwise. Pure.

import type { Reproduction } from '../../model/mod.ts';
import type { JudgedClaim, JudgedExperiment } from '../judged.ts';
import { nothingShared } from './errors.ts';
import { differingSettings, type SettingDifference } from './settings.ts';
import { diffVerdicts, type VerdictEntry, type VerdictsDiff } from './verdicts.ts';

export interface JudgedReproduction {
  readonly reproduction: Reproduction;
  readonly experiments: readonly JudgedExperiment[];
}

export interface ReproductionDiff extends VerdictsDiff {
  readonly kind: 'reproduce';
  readonly startedAt: { readonly a: string; readonly b: string };
  readonly settings: readonly SettingDifference[];
  /** Claims of either run → what they say. */
  readonly says: Readonly<Record<string, string>>;
}

/** Throws DIFF_NOTHING_SHARED. */
export function diffReproductions(a: JudgedReproduction, b: JudgedReproduction): ReproductionDiff {
  const [claimsOfA, claimsOfB] = [claimsOf(a), claimsOf(b)];
  const verdicts = diffVerdicts(claimsOfA.map(entryOf), claimsOfB.map(entryOf));
  if (verdicts.changed.length + verdicts.moved.length + verdicts.same === 0) throw nothingShared();
  return {
    kind: 'reproduce',
    startedAt: { a: a.reproduction.startedAt, b: b.reproduction.startedAt },
    settings: differingSettings(a.reproduction, b.reproduction),
    says: Object.fromEntries([...claimsOfB, ...claimsOfA].map(({ id, says }) => [id, says])),
    ...verdicts,
  };
}

function claimsOf({ experiments }: JudgedReproduction): readonly JudgedClaim[] {
  return experiments.flatMap(({ claims }) => claims);
}

function entryOf({ id, verdict, statements }: JudgedClaim): VerdictEntry {
  return { claim: id, verdict, quantities: statements.map(({ name, estimate }) => ({ name, estimate })) };
}
