// `lvskit diff RUN_A RUN_B`: two runs of lvskit compare, or of lvskit scale, laid beside each other; what changed beyond
// their noise. It reads both folders and writes nothing into them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  diffRuns,
  parseRun,
  parseSamples,
  parseScale,
  parseTransfers,
  parseWindows,
  type RunContents,
} from '../analysis/mod.ts';
import { formatDiffTable, runFolderUnreadable } from '../report/mod.ts';

interface DiffFlags {
  /** A share: 0.05 is 5 %. */
  readonly margin: number;
  readonly json?: true;
}

export function createCommand(): Command {
  return new Command('diff')
    .description('lay two runs of compare, or of scale, beside each other: what changed beyond noise')
    .argument('<run-a>', 'folder of a run, the older one')
    .argument('<run-b>', 'folder of another run of the same command')
    .addOption(
      new Option('--margin <percent>', 'a change up to this does not matter')
        .argParser(parsePercent)
        .default(0.05, '5'),
    )
    .option('--json', 'print the same as JSON')
    .action(run);
}

function run(folderA: string, folderB: string, { margin, json }: DiffFlags): void {
  const [a, b] = [readRun(folderA), readRun(folderB)];
  const cutShort = [...(a.lastLineDropped ? ['A'] : []), ...(b.lastLineDropped ? ['B'] : [])];
  const diff = diffRuns(a.contents, b.contents, {
    margin,
    warnings: cutShort.map((name) => `The samples of run ${name} end in a line that was cut short; it is left out.`),
  });
  const { columns = 80, isTTY = false } = process.stdout;
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ a: folderA, b: folderB, ...diff }, undefined, 2)}\n`
      : formatDiffTable(diff, { names: { a: folderA, b: folderB }, width: Math.min(columns, 100), color: isTTY }),
  );
}

interface ReadRun {
  readonly contents: RunContents;
  readonly lastLineDropped: boolean;
}

/** Throws RESULTS_* and REPORT_FOLDER_UNREADABLE. */
function readRun(folder: string): ReadRun {
  return existsSync(join(folder, 'scale.json')) ? readScale(folder) : readComparison(folder);
}

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
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw runFolderUnreadable(path, cause);
  }
  return parse(text, path);
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent > 0 && percent <= 100)) {
    throw new InvalidArgumentError('Write a number above 0, up to 100.');
  }
  return percent / 100;
}
