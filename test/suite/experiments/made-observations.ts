// Observations as an experiment would leave them, on a machine whose speed changes from round to round, and what its claims
// make of them.

import type { Observation } from '../../../src/model/mod.ts';
import { type Experiment, judgeExperiment } from '../../../src/suite/mod.ts';

export const ROUNDS = 12;

/** One-way times of netpipe in ns: `timeOf` says those of a block of a cell. */
export function netpipeTimes(
  sizesBytes: readonly number[],
  cells: Readonly<Record<string, (sizeBytes: number) => number>>,
): Observation[] {
  return Object.entries(cells).flatMap(([cell, timeOf]) =>
    sizesBytes.flatMap((sizeBytes) =>
      Array.from({ length: ROUNDS }, (_, round) => {
        const timeNs = timeOf(sizeBytes) * (1 + (round % 3) / 2);
        return { cell, measure: 'netpipe', sizeBytes, round, values: { timeNs, maxNs: 2 * timeNs, elapsedNs: 1e8 } };
      }),
    ),
  );
}

/** A visit in each round with the same numbers, but for those that change with the round. */
export function visitsOf(
  place: Pick<Observation, 'cell' | 'measure' | 'sizeBytes'>,
  values: (round: number) => Readonly<Record<string, number>>,
): Observation[] {
  return Array.from({ length: ROUNDS }, (_, round) => ({ ...place, round, values: values(round) }));
}

/** Verdict and the outcome of each statement, by their names. */
export function judgeClaim(experiment: Experiment, claim: string, observations: readonly Observation[]) {
  const run = {
    format: 1,
    kind: 'experiment',
    experiment: experiment.id,
    depth: 'full',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:01:00Z',
    needs: experiment.needs?.(),
    failure: undefined,
    environment: { lvskit: '0.0.0' } as never,
  } as const;
  const judged = judgeExperiment(experiment, run, observations).claims.find(({ id }) => id === claim);
  if (judged === undefined) throw new Error(`${experiment.id} has no claim ${claim}`);
  const { verdict, why, statements } = judged;
  return {
    verdict,
    why,
    outcomes: Object.fromEntries(statements.map(({ name, outcome }) => [name, outcome])),
    values: Object.fromEntries(statements.map(({ name, estimate }) => [name, estimate.value])),
  };
}
