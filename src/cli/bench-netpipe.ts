// `lvskit bench netpipe HOST`: one netpipe run from here to a receiver (`lvskit serve netpipe` or NPtcp), as a table
// while it runs, as the paper's file, or as JSON with the histogram of every size.

import { appendFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import { readLab } from '../lab/mod.ts';
import { formatPaperColumns, type PointResult, throughputMbps, transmitRun } from '../measure/mod.ts';
import { endAtOnceOnSignals, ownLauncher, pinProcess } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { alignRight } from './align-right.ts';
import { hostOrLab, labOption, wordsFor } from './bench-lab.ts';
import {
  addSharedOptions,
  modeOf,
  parseSeconds,
  receiverWords,
  type SharedNetpipeOptions,
  scheduleOf,
} from './netpipe-options.ts';
import { untilInterrupted } from './signals.ts';
import { parseSize } from './size-argument.ts';

interface BenchNetpipeOptions extends SharedNetpipeOptions {
  readonly lab?: string;
  readonly upper: number;
  readonly seconds: number;
  readonly source?: string;
  readonly out?: string;
  readonly json?: true;
}

/** NPtcp's */
const UPPER_BYTES = 10_000_000;
const TRIAL_SECONDS = 0.1;
/** A run ends by its own --timeout. */
const NEVER_MS = 2 ** 31 - 1;

export function createNetpipeCommand(): Command {
  const netpipe = new Command('netpipe')
    .description('measure the way to a netpipe receiver: latency and throughput for each block size')
    .argument('[host]', 'where `lvskit serve netpipe` or NPtcp runs, with the same options');
  return addSharedOptions(netpipe)
    .addOption(labOption())
    .option('-u, --upper <bytes>', 'largest block', parseSize, UPPER_BYTES)
    .option('--seconds <seconds>', 'time of one trial', parseSeconds, TRIAL_SECONDS)
    .option('--source <address>', 'address to connect from')
    .option('-o, --out <file>', "write the paper's columns: seconds, Mbps (2^20), bits, bytes, variance")
    .option('--json', 'write one JSON object a size, with the histogram')
    .action(benchNetpipe);
}

/** What the receiver must have been told, too: that of a lab's service has not. */
const SHARED_WITH_RECEIVER = ['lower', 'perturbation', 'sizes', 'stream', 'bidirectional', 'trials'];

async function benchNetpipe(given: string | undefined, options: BenchNetpipeOptions, command: Command): Promise<void> {
  const { lab } = options;
  const isOwn = SHARED_WITH_RECEIVER.some((name) => command.getOptionValueSource(name) === 'cli');
  if (lab !== undefined && given === undefined && isOwn) return await benchWithReceiver(lab, options);
  const host = hostOrLab(given, options.lab, options.port, command);
  const { lower, upper, seconds, trials, port, source, timeout, out } = options;
  const address = await parseAddress(host);
  const from = source === undefined ? undefined : await parseAddress(source);
  endAtOnceOnSignals();
  if (options.cpu !== undefined) pinProcess([options.cpu]);
  const points = transmitRun({
    address,
    port,
    source: from,
    timeoutMs: timeout * 1000,
    mode: modeOf(options),
    schedule: scheduleOf(options),
    lowerBytes: lower,
    upperBytes: options.sizes === undefined ? upper : Number.POSITIVE_INFINITY,
    targetSeconds: seconds,
    trials,
  });
  let readerHasGone = false;
  process.stdout.on('error', () => {
    readerHasGone = true;
  });
  if (out !== undefined) writeFileSync(out, '');
  if (!options.json) console.log(HEADING);
  for (const point of points) {
    console.log(options.json ? JSON.stringify(point) : formatRow(point));
    if (out !== undefined) appendFileSync(out, `${formatPaperColumns(point)}\n`);
    // Lets the stream say so between two points.
    await setImmediate();
    if (readerHasGone) return;
  }
}

/** Both ends in a lab, for this run alone. */
async function benchWithReceiver(name: string, options: BenchNetpipeOptions): Promise<void> {
  const { runGuestProgram } = await import('../suite/mod.ts');
  const given = process.argv.slice(2);
  const ends = {
    server: (address: string, port: number) => [
      ...[...ownLauncher(), 'serve', 'netpipe', '--once', '--bind', address],
      ...[...receiverWords(options), '--port', String(port)],
    ],
    client: (vip: string, port: number) => [...ownLauncher(), ...wordsFor(given, name, vip), '--port', String(port)],
  };
  const { status } = await untilInterrupted((signal) =>
    runGuestProgram(
      { lab: readLab(name), realserver: undefined, port: options.port, ...ends },
      { signal, captures: false, timeoutMs: NEVER_MS },
    ),
  );
  process.exitCode = status;
}

const WIDTHS = [9, 8, 11, 10, 10, 10, 12];
const HEADING = alignRight(['bytes', 'times', 'min µs', 'p50 µs', 'p99 µs', 'max µs', 'Mbps'], WIDTHS);

/** Mode stream has only the receiver's mean time: it stands under min. */
function formatRow({ sizeBytes, repeats, seconds, oneWayNs }: PointResult): string {
  const times =
    oneWayNs === undefined
      ? [microseconds(seconds * 1e9), '-', '-', '-']
      : [oneWayNs.min, oneWayNs.p50, oneWayNs.p99, oneWayNs.max].map(microseconds);
  return alignRight(
    [String(sizeBytes), String(repeats), ...times, throughputMbps(sizeBytes, seconds).toFixed(2)],
    WIDTHS,
  );
}

function microseconds(ns: number): string {
  return (ns / 1000).toFixed(2);
}
