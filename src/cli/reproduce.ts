// `lvskit reproduce`: the paper's experiments on this machine, each claim with its verdict.

import { Command, InvalidArgumentError } from 'commander';
import { EXPERIMENTS, type Experiment, type ReproduceProgress, reproduce } from '../suite/mod.ts';
import { drawReproduction } from './report-reproduction.ts';
import { resultsFolder } from './results-folder.ts';
import { untilInterrupted } from './signals.ts';
import { readVersion } from './version.ts';

interface ReproduceFlags {
  readonly quick?: true;
  readonly out?: string;
  readonly again?: true;
  readonly list?: true;
  readonly json?: true;
}

export function createCommand(): Command {
  return new Command('reproduce')
    .description(
      'Measure what the paper measured, experiment by experiment, and judge each of its claims on this machine.',
    )
    .argument('[id...]', 'experiments (mtu) or claims (C10); all by default', parseId, [] as readonly Experiment[])
    .option('--quick', '13 minutes for all: fewer rounds, wider intervals')
    .option('--out <folder>', 'folder for the results; a run that is there goes on (default: runs/reproduce-TIME)')
    .option('--again', 'measure again what is finished in that folder')
    .option('--list', 'print the experiments and their claims, and measure nothing')
    .option('--json', 'print the verdicts as JSON instead of text')
    .action(run);
}

async function run(chosen: readonly Experiment[], flags: ReproduceFlags): Promise<void> {
  const experiments = chosen.length === 0 ? EXPERIMENTS : EXPERIMENTS.filter((one) => chosen.includes(one));
  if (flags.list) {
    process.stdout.write(describeExperiments(experiments));
    return;
  }
  const folder = flags.out ?? resultsFolder('reproduce');
  await untilInterrupted((signal) =>
    reproduce({
      experiments,
      depth: flags.quick ? 'quick' : 'full',
      folder,
      again: flags.again === true,
      command: ['lvskit', ...process.argv.slice(2)],
      version: readVersion(),
      signal,
      onProgress: (progress) => process.stderr.write(describe(progress)),
    }),
  );
  drawReproduction(folder, { json: flags.json === true });
}

/** An experiment by its name, or by one of its claims'. */
function parseId(text: string, previous: readonly Experiment[]): readonly Experiment[] {
  const found = EXPERIMENTS.find(
    ({ id, claims }) => id === text || claims.some((claim) => claim.id.toLowerCase() === text.toLowerCase()),
  );
  if (found === undefined) {
    throw new InvalidArgumentError(`There is no experiment or claim '${text}': see lvskit reproduce --list.`);
  }
  return [...previous, found];
}

function describeExperiments(experiments: readonly Experiment[]): string {
  return experiments
    .map(({ id, section, title, claims }) =>
      [`${id}  (${section}) ${title}`, ...claims.map((claim) => `  ${claim.id}  ${claim.says}`), ''].join('\n'),
    )
    .join('\n');
}

const CLEAR_LINE = '\r\u001b[K';

function describe(progress: ReproduceProgress): string {
  const isTerminal = process.stderr.isTTY === true;
  const { id, title } = progress.experiment;
  switch (progress.stage) {
    case 'begun':
      return `${progress.number} of ${progress.total}: ${title} (${id})\n`;
    case 'measuring':
      return isTerminal ? `${CLEAR_LINE}  ${progress.text}` : '';
    case 'ended': {
      const { needs, failure, startedAt, finishedAt } = progress.run;
      const seconds = Math.round((Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt)) / 1000);
      const how = failure ?? (needs === undefined ? `done in ${seconds} s` : `needs ${needs}`);
      return `${isTerminal ? CLEAR_LINE : ''}  ${progress.isOld ? `${id}: done before` : how}\n`;
    }
  }
}
