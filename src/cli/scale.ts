// `lvskit scale`: what many clients at once get through each system, on ever more realservers, in labs; or through the one
// that stands, on real hosts. All clients of a window share a start and an end, and only what falls between counts.

import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { linkOptionsOf } from '../lab/mod.ts';
import {
  type Cluster,
  SYSTEM_NAMES,
  type SystemName,
  WINDOW_TRANSFER_NAMES,
  type WindowTransferName,
} from '../model/mod.ts';
import { hostPlaces, type ScaleHostsOptions, type ScaleProgress, scale, scaleOnHosts } from '../suite/mod.ts';
import { parseSystems } from './compare.ts';
import { parseCount, parseSeconds } from './netpipe-options.ts';
import { drawScale } from './report.ts';
import { resultsFolder } from './results-folder.ts';
import { describeProgress } from './scale-progress.ts';
import { untilInterrupted } from './signals.ts';
import { fileSizeProblem, parseSizeList } from './size-argument.ts';
import { readVersion } from './version.ts';
import { prefixTo, viaOption } from './via-option.ts';

interface ScaleFlags {
  readonly hosts?: string;
  readonly systems: readonly SystemName[];
  readonly realservers: readonly number[];
  readonly clients: readonly number[];
  readonly onHosts?: true;
  readonly via: readonly string[];
  readonly clientHosts?: readonly string[];
  readonly skip?: readonly string[];
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

/** What a lab is built by, and what hosts are reached by: of the one there is nothing on the other. */
const LAB_ONLY = ['systems', 'realservers', 'mtu', 'rate', 'offload'];
const HOSTS_ONLY = ['via', 'clientHosts', 'skip'];

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
      new Option('--clients <list>', 'how many at once')
        .argParser(parseCounts)
        .default([1, 2, 4, 8], '1,2,4,8; on hosts 1, 2, 4, … and all'),
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
    .option('--on-hosts', 'build nothing: the cluster stands on real hosts')
    .option('--client-hosts <list>', 'further hosts that are clients', parseWords)
    .addOption(viaOption())
    .option('--skip <machine...>', 'machines to leave alone, such as client')
    .option('--out <folder>', 'folder for the results (default: runs/scale-TIME)')
    .option('--json', 'print the analysis as JSON instead of tables')
    .action(run);
}

async function run(confFile: string, flags: ScaleFlags, command: Command): Promise<void> {
  refuseOthers(flags, command);
  const cluster = loadCluster({ confFile, hostsFile: flags.hosts });
  const folder = flags.out ?? resultsFolder('scale');
  const sizesBytes = flags.size ?? flags.sizes;
  const problem = flags.transfer.startsWith('netpipe') ? undefined : fileSizeProblem(sizesBytes);
  if (problem !== undefined) command.error(`error: ${problem}`);
  await untilInterrupted(async (signal) => {
    const plan = {
      transfer: flags.transfer,
      sizesBytes,
      windowSeconds: flags.seconds,
      rounds: flags.pairs,
      unsynchronised: flags.unsynchronised,
      folder,
      command: ['lvskit', ...process.argv.slice(2)],
      version: readVersion(),
      signal,
      onProgress: (progress: ScaleProgress) => {
        if (flags.json !== true) process.stderr.write(`${describeProgress(progress)}\n`);
      },
    };
    const { systems, realservers, clients } = flags;
    if (flags.onHosts !== true) {
      return await scale(cluster, { ...plan, systems, realservers, clients, ...linkOptionsOf(flags) });
    }
    const isChosen = command.getOptionValueSource('clients') !== 'default';
    const hosts = { hosts: placesOf(cluster, flags), launcher: ['lvskit'], clients: isChosen ? clients : undefined };
    return await scaleOnHosts(cluster, { ...plan, ...hosts });
  });
  if (flags.json !== true) process.stdout.write('\n');
  drawScale(folder, { json: flags.json === true });
}

/** Options that would do nothing are no options. */
function refuseOthers({ onHosts }: ScaleFlags, command: Command): void {
  const isGiven = (name: string) => !['default', undefined].includes(command.getOptionValueSource(name));
  const other = (onHosts ? LAB_ONLY : HOSTS_ONLY).find(isGiven);
  if (other === undefined) return;
  const { flags } = command.options.find((option) => option.attributeName() === other) ?? { flags: other };
  command.error(`error: option '${flags}' ${onHosts ? 'cannot be used with' : 'needs'} option '--on-hosts'`);
}

function placesOf(cluster: Cluster, { via, clientHosts = [], skip = [] }: ScaleFlags): ScaleHostsOptions['hosts'] {
  return hostPlaces(cluster, clientHosts).map((place) => {
    const { machine, host, addresses } = place;
    const isSkipped = skip.includes(machine) || skip.includes(host);
    const to = { host, name: machine, address: addresses[0] ?? host };
    return { ...place, prefix: isSkipped ? undefined : prefixTo(via, to) };
  });
}

function parseCounts(text: string): readonly number[] {
  const counts = [...new Set(text.split(',').map(parseCount))].toSorted((a, b) => a - b);
  if (counts.length === 0) throw new InvalidArgumentError('Write numbers with commas between them.');
  return counts;
}

function parseWords(text: string): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => word === '')) throw new InvalidArgumentError('Write hosts with commas between them.');
  const again = words.find((word, index) => words.indexOf(word) !== index);
  if (again !== undefined) throw new InvalidArgumentError(`${again} stands there twice.`);
  return words;
}
