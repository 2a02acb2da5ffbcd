// The verdicts of a folder of `lvskit reproduce`: read, judged, printed, and drawn into its report.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type JudgedExperiment,
  type JudgedReproduction,
  parseExperiment,
  parseObservations,
  parseReproduction,
} from '../analysis/mod.ts';
import { formatReproductionPage, formatVerdictTable } from '../report/mod.ts';
import { EXPERIMENTS, type Experiment, judgeExperiment } from '../suite/mod.ts';
import { readEcharts, readText, replaceFiles } from './report-files.ts';

/** Throws RESULTS_* and REPORT_*. */
export function drawReproduction(folder: string, { json = false }: { readonly json?: boolean } = {}): void {
  const found = readReproduction(folder);
  const { reproduction, experiments } = found;
  replaceFiles(folder, [
    { name: 'summary.txt', content: formatVerdictTable(experiments) },
    { name: 'report.html', content: formatReproductionPage(found, { echartsScript: readEcharts() }) },
  ]);
  process.stdout.write(
    json
      ? `${JSON.stringify({ reproduction, experiments }, undefined, 2)}\n`
      : formatVerdictTable(experiments, { color: process.stdout.isTTY === true }),
  );
}

/** Its experiments, judged by the criteria of this lvskit. Throws RESULTS_* and REPORT_*. */
export function readReproduction(folder: string): JudgedReproduction {
  const file = join(folder, 'reproduce.json');
  const reproduction = parseReproduction(readText(file), file);
  const experiments = EXPERIMENTS.filter(({ id }) => existsSync(join(folder, id))).map((one) =>
    readJudged(folder, one),
  );
  return { reproduction, experiments };
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
