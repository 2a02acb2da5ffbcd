// `lvskit scale`: what many clients at once get through each system, on ever more realservers. All clients of a window share
// a start and an end on one clock, and only what falls between counts.

import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { linkOptionsOf } from '../lab/mod.ts';
import { SYSTEM_NAMES, type SystemName, WINDOW_TRANSFER_NAMES, type WindowTransferName } from '../model/mod.ts';
import { type ScaleProgress, scale } from '../suite/mod.ts';
import { parseSystems } from './compare.ts';
import { parseCount, parseSeconds } from './netpipe-options.ts';
import { drawScale } from './report.ts';
import { resultsFolder } from './results-folder.ts';
import { untilInterrupted } from './signals.ts';
import { fileSizeProblem, parseSizeList } from './size-argument.ts';
import { readVersion } from './version.ts';

interface ScaleFlags {
  readonly hosts?: string;
  readonly systems: readonly SystemName[];
  readonly realservers: readonly number[];
  readonly clients: readonly number[];
  readonly transfer: WindowTransferName;
  readonly sizes: readonly number[];
  readonly size?: readonly number[];
  readonly unsynchronised: boolean;
  readonly seconds: number;
  readonly pairs: number;
  readonly mtu?: number;
  readonly rate?: string;
  readonly offload: boolean;
  readonly out?: string;
  readonly json?: true;
}

const SYSTEMS: readonly SystemName[] = ['forward', 'nat', 'dr', 'tun'];

export function createCommand(): Command {
  return new Command('scale')
    .description('measure many clients at the same time, on a common clock, through each system')
    .argument('<conf>', 'conf file of any method: it gives the machines and addresses')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .addOption(
      new Option('--systems <list>', `of ${SYSTEM_NAMES.join(', ')}`)
        .argParser(parseSystems)
        .default(SYSTEMS, SYSTEMS.join(',')),
    )
    .addOption(new Option('--realservers <list>', 'how many').argParser(parseCounts).default([1, 2, 4], '1,2,4'))
    .addOption(
      new Option('--clients <list>', 'how many at once').argParser(parseCounts).default([1, 2, 4, 8], '1,2,4,8'),
    )
    .addOption(new Option('--transfer <name>', 'what each client does').choices(WINDOW_TRANSFER_NAMES).default('http'))
    .addOption(
      new Option('--sizes <list>', 'of a transfer or a block, each with windows of its own')
        .argParser(parseSizeList)
        .default([65_536], '64k'),
    )
    .addOption(new Option('--size <bytes>', 'the only one').argParser(parseSizeList).conflicts('sizes'))
    .option('--no-unsynchronised', 'do without the sum of clients that have no common window')
    .option('--seconds <s>', 'length of a window', parseSeconds, 1)
    .option('--pairs <n>', 'rounds, each with every system and number of clients', parseCount, 3)
    .option('--mtu <bytes>', 'MTU of every link (default: 1500)', parseCount)
    .option('--rate <rate>', 'rate of every link, such as 100mbit (default: unlimited)')
    .option('--no-offload', 'switch off segmentation and checksum offload')
    .option('--out <folder>', 'folder for the results (default: runs/scale-TIME)')
    .option('--json', 'print the analysis as JSON instead of tables')
    .action(run);
}

async function run(confFile: string, flags: ScaleFlags, command: Command): Promise<void> {
  const cluster = loadCluster({ confFile, hostsFile: flags.hosts });
  const folder = flags.out ?? resultsFolder('scale');
  const sizesBytes = flags.size ?? flags.sizes;
  const problem = flags.transfer.startsWith('netpipe') ? undefined : fileSizeProblem(sizesBytes);
  if (problem !== undefined) command.error(`error: ${problem}`);
  await untilInterrupted((signal) =>
    scale(cluster, {
      systems: flags.systems,
      realservers: flags.realservers,
      clients: flags.clients,
      transfer: flags.transfer,
      sizesBytes,
      windowSeconds: flags.seconds,
      rounds: flags.pairs,
      unsynchronised: flags.unsynchronised,
      ...linkOptionsOf(flags),
      folder,
      command: ['lvskit', ...process.argv.slice(2)],
      version: readVersion(),
      signal,
      onProgress: (progress) => {
        if (flags.json !== true) process.stderr.write(`${describe(progress)}\n`);
      },
    }),
  );
  if (flags.json !== true) process.stdout.write('\n');
  drawScale(folder, { json: flags.json === true });
}

function describe(progress: ScaleProgress): string {
  if (progress.stage === 'building') {
    return `building ${progress.system} with ${progress.realservers} ${progress.realservers === 1 ? 'realserver' : 'realservers'}`;
  }
  const { sample, done, total } = progress;
  const bytes = sample.shares.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
  const mbps = (bytes * 8) / sample.seconds / 1e6;
  return `  ${done} of ${total}: ${sample.system}, ${sample.clients} clients, ${mbps.toPrecision(3)} Mbit/s`;
}

function parseCounts(text: string): readonly number[] {
  const counts = [...new Set(text.split(',').map(parseCount))].toSorted((a, b) => a - b);
  if (counts.length === 0) throw new InvalidArgumentError('Write numbers with commas between them.');
  return counts;
}
