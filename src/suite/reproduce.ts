// `lvskit reproduce`: one experiment after the other, each into a folder of its own. What is finished is not measured again,
// so that an interrupted run goes on where it was; an experiment that fails takes its claims with it, and no others.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseExperiment, parseReproduction } from '../analysis/mod.ts';
import { type Depth, type ExperimentRun, LvskitError, type Observation, type Reproduction } from '../model/mod.ts';
import { readMachine } from './environment.ts';
import { resultsUnwritable } from './errors.ts';
import { Bench } from './experiments/bench.ts';
import type { Experiment } from './experiments/experiment.ts';
import { openClaims } from './judge.ts';
import { RunFolder } from './run-folder.ts';

export interface ReproduceOptions {
  readonly experiments: readonly Experiment[];
  readonly depth: Depth;
  readonly folder: string;
  /** Measures what is finished, too. */
  readonly again: boolean;
  readonly command: readonly string[];
  readonly version: string;
  readonly signal: AbortSignal;
  onProgress(progress: ReproduceProgress): void;
}

export type ReproduceProgress =
  | { readonly stage: 'begun'; readonly experiment: Experiment; readonly number: number; readonly total: number }
  | { readonly stage: 'measuring'; readonly experiment: Experiment; readonly text: string }
  | { readonly stage: 'ended'; readonly experiment: Experiment; readonly run: ExperimentRun; readonly isOld: boolean };

const DESCRIPTION = 'reproduce.json';
const EXPERIMENT = 'experiment.json';
const OBSERVATIONS = 'observations.ndjson';

/** Throws REPRODUCE_OTHER_RUN, REPRODUCE_INTERRUPTED, RESULTS_UNWRITABLE. */
export async function reproduce(options: ReproduceOptions): Promise<void> {
  openFolder(options);
  const total = options.experiments.length;
  for (const [index, experiment] of options.experiments.entries()) {
    const finished = options.again ? undefined : readFinished(join(options.folder, experiment.id));
    if (finished !== undefined) {
      options.onProgress({ stage: 'ended', experiment, run: finished, isOld: true });
      continue;
    }
    options.onProgress({ stage: 'begun', experiment, number: index + 1, total });
    const run = await runExperiment(experiment, options);
    options.onProgress({ stage: 'ended', experiment, run, isOld: false });
  }
}

/** Makes the folder of a new run, or makes sure that the one that is there is of the same kind. */
function openFolder({ folder, depth, command, version }: ReproduceOptions): void {
  const file = join(folder, DESCRIPTION);
  const environment = readMachine(version);
  if (existsSync(file)) {
    const there = parseReproduction(readFileSync(file, 'utf8'), file);
    const differences = [
      ...(there.depth === depth ? [] : [`it is a ${there.depth} run`]),
      ...(there.environment.kernel === environment.kernel ? [] : [`it was made on Linux ${there.environment.kernel}`]),
    ];
    if (differences.length > 0) throw otherRun(folder, differences.join(', '));
    return;
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw resultsUnwritable(folder, `it is not empty, and there is no ${DESCRIPTION} of a run to go on with`);
  }
  const description: Reproduction = {
    format: 1,
    kind: 'reproduce',
    startedAt: new Date().toISOString(),
    command,
    depth,
    environment,
  };
  const target = new RunFolder(folder);
  target.writeFile(DESCRIPTION, description);
  target.close();
}

/** Undefined when there is none, or when it was interrupted, has failed, or lacked something that may be there by now. */
function readFinished(folder: string): ExperimentRun | undefined {
  const file = join(folder, EXPERIMENT);
  if (!existsSync(file)) return undefined;
  const run = parseExperiment(readFileSync(file, 'utf8'), file);
  const isWhole = run.finishedAt !== undefined && run.failure === undefined && run.needs === undefined;
  return isWhole ? run : undefined;
}

async function runExperiment(experiment: Experiment, options: ReproduceOptions): Promise<ExperimentRun> {
  const { depth, signal } = options;
  const path = join(options.folder, experiment.id);
  rmSync(path, { recursive: true, force: true });
  const folder = new RunFolder(path, OBSERVATIONS);
  const begun: ExperimentRun = {
    format: 1,
    kind: 'experiment',
    experiment: experiment.id,
    depth,
    startedAt: new Date().toISOString(),
    finishedAt: undefined,
    needs: experiment.needs?.(),
    failure: undefined,
    environment: readMachine(options.version),
  };
  try {
    folder.writeFile(EXPERIMENT, begun);
    const failure = begun.needs === undefined ? await measureIn(folder, experiment, options) : undefined;
    if (signal.aborted) throw interrupted(options.folder);
    const run = { ...begun, failure, finishedAt: new Date().toISOString() };
    folder.writeFile(EXPERIMENT, run);
    return run;
  } finally {
    folder.close();
  }
}

/** Returns why it ended early, if it did. Nothing stands afterwards. */
async function measureIn(
  folder: RunFolder,
  experiment: Experiment,
  { depth, signal, onProgress }: ReproduceOptions,
): Promise<string | undefined> {
  const observations: Observation[] = [];
  const bench = new Bench({
    depth,
    signal,
    record: (observation) => {
      folder.append(OBSERVATIONS, observation);
      observations.push(observation);
    },
    openClaims: () => openClaims(experiment, observations),
    onProgress: (text) => onProgress({ stage: 'measuring', experiment, text }),
  });
  const failures: unknown[] = [];
  await experiment.measure(bench).catch((error: unknown) => failures.push(error));
  await bench.end().catch((error: unknown) => failures.push(error));
  // A folder that takes no more would take nothing from the next experiment, either.
  const fatal = failures.find((error) => error instanceof LvskitError && error.code === 'RESULTS_UNWRITABLE');
  if (fatal !== undefined && !signal.aborted) throw fatal;
  return failures.length === 0 ? undefined : failures.map(describeFailure).join('; ');
}

function describeFailure(error: unknown): string {
  if (error instanceof LvskitError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function otherRun(folder: string, why: string): LvskitError {
  return new LvskitError('REPRODUCE_OTHER_RUN', `cannot go on with the run in ${folder}: ${why}`, {
    fields: { folder },
    remedy: 'choose another folder with --out, or the same --quick',
    exitStatus: 2,
  });
}

function interrupted(folder: string): LvskitError {
  return new LvskitError('REPRODUCE_INTERRUPTED', `interrupted; what is finished is in ${folder}`, {
    fields: { folder },
    remedy: `go on with the same command and --out ${folder}`,
  });
}
