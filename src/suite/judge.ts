// The verdicts of an experiment from what it has left behind. Pure: an old run can be judged again.

import {
  figureData,
  type JudgedClaim,
  type JudgedExperiment,
  type Judgement,
  judgeStatements,
  NotObserved,
  Observations,
} from '../analysis/mod.ts';
import type { ExperimentRun, Observation } from '../model/mod.ts';
import type { Claim, Experiment } from './experiments/experiment.ts';

/** Every claim gets its verdict, also where nothing was run. */
export function judgeExperiment(
  experiment: Experiment,
  run: ExperimentRun | undefined,
  observations: readonly Observation[],
): JudgedExperiment {
  const { id, section, title, method, figures = [] } = experiment;
  const seen = new Observations(observations);
  return {
    id,
    section,
    title,
    method,
    run,
    claims: experiment.claims.map((claim) => judgeClaim(claim, id, run, seen)),
    figures: figures.flatMap((figure) => figureData(figure, seen) ?? []),
  };
}

/** More than a verdict asks for, because several looks at growing data give chance several tries. */
const CONFIDENCE_TO_STOP = 0.99;

/** Claims that can be judged by now, of which more rounds may still decide the verdict. */
export function openClaims({ claims }: Experiment, observations: readonly Observation[]): ReadonlySet<string> {
  const seen = new Observations(observations);
  return new Set(claims.filter((claim) => isOpen(claim, seen)).map(({ id }) => id));
}

function isOpen(claim: Claim, seen: Observations): boolean {
  try {
    const judged = claim.judge(seen);
    if ('needs' in judged || 'unresolved' in judged) return false;
    return judgeStatements(judged, CONFIDENCE_TO_STOP).verdict === 'not resolved here';
  } catch (error) {
    if (error instanceof NotObserved) return false;
    throw error;
  }
}

function judgeClaim(claim: Claim, experiment: string, run: ExperimentRun | undefined, seen: Observations): JudgedClaim {
  const { id, section, says, paper, criterion, remark } = claim;
  return { id, section, says, paper, criterion, remark, experiment, ...judgementOf(claim, run, seen) };
}

function judgementOf(claim: Claim, run: ExperimentRun | undefined, seen: Observations): Judgement {
  if (run === undefined) return unresolved('not run');
  if (run.needs !== undefined) return { verdict: 'needs', statements: [], why: run.needs };
  const incomplete = run.failure ?? (run.finishedAt === undefined ? 'interrupted' : undefined);
  try {
    const judged = claim.judge(seen);
    if ('needs' in judged) return { verdict: 'needs', statements: [], why: judged.needs };
    if ('unresolved' in judged) return unresolved(judged.unresolved);
    const judgement = judgeStatements(judged);
    return incomplete === undefined ? judgement : { ...judgement, why: `the experiment ended early: ${incomplete}` };
  } catch (error) {
    if (error instanceof NotObserved) return unresolved(incomplete ?? error.message);
    throw error;
  }
}

function unresolved(why: string): Judgement {
  return { verdict: 'not resolved here', statements: [], why };
}
