// `lvskit diff RUN_A RUN_B`: two runs of lvskit compare, of lvskit scale or of lvskit reproduce laid beside each other; what
// changed beyond their noise. It reads both folders and writes nothing into them.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  diffReproductions,
  diffRuns,
  kindsDiffer,
  parseRun,
  parseSamples,
  parseScale,
  parseTransfers,
  parseWindows,
  type RunContents,
} from '../analysis/mod.ts';
import { formatDiffTable, formatVerdictsDiff } from '../report/mod.ts';
import { readText } from './report-files.ts';
import { readReproduction } from './report-reproduction.ts';

interface DiffFlags {
  /** A share: 0.05 is 5 %. */
  readonly margin: number;
  readonly json?: true;
}

export function createCommand(): Command {
  return new Command('diff')
    .description('lay two runs of compare, scale or reproduce beside each other: what changed beyond noise')
    .argument('<run-a>', 'folder of a run, the older one')
    .argument('<run-b>', 'folder of another run of the same command')
    .addOption(
      new Option('--margin <percent>', 'a change up to this does not matter; not for reproduce')
        .argParser(parsePercent)
        .default(0.05, '5'),
    )
    .option('--json', 'print the same as JSON')
    .action(run);
}

function run(a: string, b: string, flags: DiffFlags): void {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA !== kindB) throw kindsDiffer(kindA, kindB);
  const { columns = 80, isTTY = false } = process.stdout;
  const options = { names: { a, b }, width: Math.min(columns, 100), color: isTTY };
  if (kindA === 'reproduce') {
    const diff = diffReproductions(readReproduction(a), readReproduction(b));
    print(flags.json === true ? toJson(options.names, diff) : formatVerdictsDiff(diff, options));
  } else {
    const read = kindA === 'scale' ? readScale : readComparison;
    const [runA, runB] = [read(a), read(b)];
    const warnings = [...cutShort('A', runA), ...cutShort('B', runB)];
    const diff = diffRuns(runA.contents, runB.contents, { margin: flags.margin, warnings });
    print(flags.json === true ? toJson(options.names, diff) : formatDiffTable(diff, options));
  }
}

/** Throws REPORT_FOLDER_UNREADABLE where there is no run. */
function kindOf(folder: string): 'compare' | 'scale' | 'reproduce' {
  if (existsSync(join(folder, 'reproduce.json'))) return 'reproduce';
  if (existsSync(join(folder, 'scale.json'))) return 'scale';
  readText(join(folder, 'run.json'));
  return 'compare';
}

interface ReadRun {
  readonly contents: RunContents;
  readonly lastLineDropped: boolean;
}

/** This and the next throw RESULTS_* and REPORT_FOLDER_UNREADABLE. */
function readScale(folder: string): ReadRun {
  const run = readPart(folder, 'scale.json', parseScale);
  const { samples, lastLineDropped } = readPart(folder, 'windows.ndjson', parseWindows);
  return { contents: { run, windows: samples }, lastLineDropped };
}

function readComparison(folder: string): ReadRun {
  const run = readPart(folder, 'run.json', parseRun);
  const { samples, lastLineDropped } = readPart(folder, 'samples.ndjson', parseSamples);
  const transfers = existsSync(join(folder, 'transfers.ndjson'))
    ? readPart(folder, 'transfers.ndjson', parseTransfers)
    : { samples: [], lastLineDropped: false };
  return {
    contents: { run, samples, transfers: transfers.samples },
    lastLineDropped: lastLineDropped || transfers.lastLineDropped,
  };
}

function readPart<T>(folder: string, name: string, parse: (text: string, fileName: string) => T): T {
  const path = join(folder, name);
  return parse(readText(path), path);
}

function cutShort(name: string, { lastLineDropped }: ReadRun): string[] {
  return lastLineDropped ? [`The samples of run ${name} end in a line that was cut short; it is left out.`] : [];
}

function toJson(names: { readonly a: string; readonly b: string }, diff: object): string {
  return `${JSON.stringify({ folders: names, ...diff }, undefined, 2)}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent > 0 && percent <= 100)) {
    throw new InvalidArgumentError('Write a number above 0, up to 100.');
  }
  return percent / 100;
}
