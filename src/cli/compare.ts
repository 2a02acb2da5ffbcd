// lvskit compare: the systems side by side. Reads options, shows the progress, and hands the files of the finished
// run to the report.

import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { linkOptionsOf } from '../lab/mod.ts';
import { type NetpipeMode, SYSTEM_NAMES, type SystemName, TRANSFER_NAMES, type TransferName } from '../model/mod.ts';
import { type CompareOptions, compare } from '../suite/mod.ts';
import { createCompareProgress } from './compare-progress.ts';
import { parseCount, parseSeconds } from './netpipe-options.ts';
import { drawRun } from './report.ts';
import { resultsFolder } from './results-folder.ts';
import { untilInterrupted } from './signals.ts';
import { parseFileSizes } from './size-argument.ts';
import { readVersion } from './version.ts';

interface CompareFlags {
  readonly hosts?: string;
  readonly systems: readonly SystemName[];
  readonly sizes?: readonly number[];
  readonly services?: readonly TransferName[];
  readonly fileSizes: readonly number[];
  readonly pairs?: number;
  readonly seconds: number;
  readonly pin: 'one' | 'two';
  readonly mode: NetpipeMode;
  readonly mtu?: number;
  readonly rate?: string;
  readonly offload: boolean;
  readonly out?: string;
  readonly quick?: true;
  readonly json?: true;
}

/** All but martian VS-DR, which few run. */
const SYSTEMS: readonly SystemName[] = SYSTEM_NAMES.filter((name) => name !== 'dr-martian');

/** Two to an octave at the small end would tell nothing more: L is flat there, and the pole is far above. */
const FULL_SIZES = [
  1, 16, 64, 256, 512, 1024, 1448, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576, 2097152,
  4194304,
];
const QUICK_SIZES = [1, 64, 512, 1448, 4096, 16384, 65536, 131072, 262144, 1048576];
const FILE_SIZES = [1, 1024, 16_384, 65_536, 262_144, 1_048_576];
/** Short visits and many rounds: machines are disturbed for tenths of a second, and neighbours in time suffer alike. */
const VISIT_SECONDS = 0.02;
const FULL_ROUNDS = 60;
const QUICK_ROUNDS = 40;

export function createCommand(): Command {
  return new Command('compare')
    .description('Build each system in a lab, prove its path, and measure them all, interleaved, by netpipe.')
    .argument('<conf>', 'conf file of any method: it gives the machines and addresses')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .option('--systems <list>', `of ${SYSTEM_NAMES.join(', ')}`, parseSystems, SYSTEMS)
    .option('--sizes <list>', 'block sizes in bytes, for example 64,1024,1048576', parseSizes)
    .option(
      '--services <list>',
      `transfers to measure besides: all, or of ${TRANSFER_NAMES.join(', ')}`,
      parseTransferNames,
    )
    .addOption(
      new Option('--file-sizes <list>', 'of these transfers: powers of 2 up to 64M')
        .argParser(parseFileSizes)
        .default(FILE_SIZES, '1,1k,16k,64k,256k,1M'),
    )
    .option('--pairs <n>', `rounds, each with every system at every size (default: ${FULL_ROUNDS})`, parseCount)
    .option('--seconds <s>', 'length of one visit', parseSeconds, VISIT_SECONDS)
    .addOption(
      new Option('--pin <cpus>', 'one: client and realserver on one CPU, the cost of the path; two: one each')
        .choices(['one', 'two'])
        .default('one'),
    )
    .addOption(
      new Option('--mode <mode>', 'of netpipe').choices(['twoway', 'stream', 'bidirectional']).default('twoway'),
    )
    .option('--mtu <bytes>', 'MTU of every link (default: 1500)', parseCount)
    .option('--rate <rate>', 'rate of every link, such as 100mbit (default: unlimited)')
    .option('--no-offload', 'switch off segmentation and checksum offload')
    .option('--out <folder>', 'folder for the results (default: runs/compare-TIME)')
    .option('--quick', `${QUICK_SIZES.length} sizes and ${QUICK_ROUNDS} rounds: about two minutes`)
    .option('--json', 'print the analysis as JSON instead of the table')
    .action(run);
}

async function run(confFile: string, flags: CompareFlags): Promise<void> {
  const cluster = loadCluster({ confFile, hostsFile: flags.hosts });
  const folder = flags.out ?? resultsFolder('compare');
  await untilInterrupted(async (signal) => {
    const progress = createCompareProgress({ silent: flags.json === true, terminal: process.stdout.isTTY === true });
    const options: CompareOptions = {
      systems: flags.systems,
      mode: flags.mode,
      sizesBytes: flags.sizes ?? (flags.quick ? QUICK_SIZES : FULL_SIZES),
      transfers: flags.services === undefined ? undefined : { names: flags.services, sizesBytes: flags.fileSizes },
      rounds: flags.pairs ?? (flags.quick ? QUICK_ROUNDS : FULL_ROUNDS),
      visitSeconds: flags.seconds,
      pinning: flags.pin,
      ...linkOptionsOf(flags),
      folder,
      command: ['lvskit', ...process.argv.slice(2)],
      version: readVersion(),
      signal,
      onProgress: (event) => progress.show(event),
    };
    await progress.run(() => compare(cluster, options));
  });
  drawRun(folder, { json: flags.json === true });
}

/** `forward` stands for both of its shapes. */
export function parseSystems(text: string): readonly SystemName[] {
  const names = text.split(',').flatMap((name) => (name === 'forward' ? ['forward', 'forward-oneway'] : [name]));
  for (const name of names) {
    if (!(SYSTEM_NAMES as readonly string[]).includes(name)) {
      throw new InvalidArgumentError(`There is no system '${name}': choose of ${SYSTEM_NAMES.join(', ')}.`);
    }
  }
  return SYSTEM_NAMES.filter((name) => names.includes(name));
}

function parseTransferNames(text: string): readonly TransferName[] {
  const names = text === 'all' ? TRANSFER_NAMES : text.split(',');
  for (const name of names) {
    if (!(TRANSFER_NAMES as readonly string[]).includes(name)) {
      throw new InvalidArgumentError(`There is no transfer '${name}': choose of ${TRANSFER_NAMES.join(', ')}.`);
    }
  }
  return TRANSFER_NAMES.filter((name) => names.includes(name));
}

function parseSizes(text: string): readonly number[] {
  return [...new Set(text.split(',').map(parseCount))].sort((a, b) => a - b);
}
