// The verdicts of a folder of `lvskit reproduce`: read, judged, printed, and drawn into its report.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type JudgedExperiment, parseExperiment, parseObservations, parseReproduction } from '../analysis/mod.ts';
import { formatVerdictTable } from '../report/mod.ts';
import { EXPERIMENTS, type Experiment, judgeExperiment } from '../suite/mod.ts';
import { readText } from './report-files.ts';

/** Throws RESULTS_* and REPORT_*. */
export function drawReproduction(folder: string, { json = false }: { readonly json?: boolean } = {}): void {
  const file = join(folder, 'reproduce.json');
  const reproduction = parseReproduction(readText(file), file);
  const experiments = EXPERIMENTS.filter(({ id }) => existsSync(join(folder, id))).map((one) =>
    readJudged(folder, one),
  );
  process.stdout.write(
    json
      ? `${JSON.stringify({ reproduction, experiments }, undefined, 2)}\n`
      : formatVerdictTable(experiments, { color: process.stdout.isTTY === true }),
  );
}

function readJudged(folder: string, experiment: Experiment): JudgedExperiment {
  const files = {
    run: join(folder, experiment.id, 'experiment.json'),
    observations: join(folder, experiment.id, 'observations.ndjson'),
  };
  const run = parseExperiment(readText(files.run), files.run);
  const { samples } = parseObservations(readText(files.observations), files.observations);
  return judgeExperiment(experiment, run, samples);
}
