// `lvskit report DIR`: draws the report of a comparison again from run.json and the samples, into the same folder; of a
// scale run in the same way.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  type Analysis,
  analyseScaling,
  parseRun,
  parseSamples,
  parseScale,
  parseTransfers,
  parseWindows,
} from '../analysis/mod.ts';
import { createReport, formatCompareTable, formatScalePage, formatScaleTable } from '../report/mod.ts';
import { readEcharts, readText, replaceFiles } from './report-files.ts';
import { drawReproduction } from './report-reproduction.ts';

export function createCommand(): Command {
  return new Command('report')
    .description('draw the report of a run again, from run.json and the samples in its folder')
    .argument('<dir>', 'folder of a run')
    .option('--json', 'write the analysis as JSON instead of the table')
    .action((folder: string, options: DrawOptions) => {
      if (existsSync(join(folder, 'reproduce.json'))) drawReproduction(folder, options);
      else if (existsSync(join(folder, 'scale.json'))) drawScale(folder, options);
      else drawRun(folder, options);
    });
}

interface DrawOptions {
  /** Print the analysis as JSON instead of the table. */
  readonly json?: boolean;
}

/** Draws the report of a run of `lvskit scale` into its folder and prints its result. Throws RESULTS_* and REPORT_*. */
export function drawScale(folder: string, { json = false }: DrawOptions = {}): void {
  const files = { run: join(folder, 'scale.json'), windows: join(folder, 'windows.ndjson') };
  const run = parseScale(readText(files.run), files.run);
  const curves = analyseScaling(run, parseWindows(readText(files.windows), files.windows).samples);
  const html = formatScalePage(run, curves, { echartsScript: readEcharts() });
  replaceFiles(folder, [
    { name: 'summary.txt', content: formatScaleTable(curves, run) },
    { name: 'report.html', content: html },
  ]);
  process.stdout.write(json ? `${JSON.stringify(curves, undefined, 2)}\n` : formatScaleTable(curves, run));
}

/** Draws the report into the run's folder and prints its result. Throws RESULTS_* and REPORT_*. */
export function drawRun(folder: string, options: DrawOptions = {}): void {
  const analysis = writeReport(folder);
  const { columns = 80, isTTY = false } = process.stdout;
  const output = options.json
    ? `${JSON.stringify(analysis, undefined, 2)}\n`
    : formatCompareTable(analysis, { width: Math.min(columns, 100), color: isTTY });
  process.stdout.write(output);
}

/** Reads a run's folder and replaces the files of its report. */
function writeReport(folder: string): Analysis {
  const runFile = join(folder, 'run.json');
  const samplesFile = join(folder, 'samples.ndjson');
  const run = parseRun(readText(runFile), runFile);
  const { samples, lastLineDropped } = parseSamples(readText(samplesFile), samplesFile);
  const transfersFile = join(folder, 'transfers.ndjson');
  const transfers = existsSync(transfersFile)
    ? parseTransfers(readText(transfersFile), transfersFile)
    : { samples: [], lastLineDropped: false };
  const { analysis, files } = createReport(run, samples, {
    transfers: transfers.samples,
    lastLineDropped: lastLineDropped || transfers.lastLineDropped,
    echartsScript: readEcharts(),
  });
  replaceFiles(folder, files);
  return analysis;
}
