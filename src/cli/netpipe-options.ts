// Options that `lvskit serve netpipe` and `lvskit bench netpipe` share, because both ends must have the same ones:
// nothing on the wire tells them. Letters and defaults are NPtcp's.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { NPTCP_SCHEDULE, type SchedulePoint, scheduleList, scheduleOctaves } from '../measure/mod.ts';
import type { NetpipeMode } from '../model/mod.ts';
import { parseSize, parseSizeList } from './size-argument.ts';

/** NPtcp's */
const PORT = 5002;
const TRIALS = 3;

export interface SharedNetpipeOptions {
  readonly port: number;
  readonly lower: number;
  readonly perturbation: number;
  readonly sizes?: readonly number[];
  readonly stream?: true;
  readonly bidirectional?: true;
  readonly trials: number;
  readonly timeout: number;
  readonly cpu?: number;
}

export function addSharedOptions(command: Command): Command {
  return command
    .option('-P, --port <port>', 'TCP port', parseCount, PORT)
    .option('-l, --lower <bytes>', 'smallest block', parseSize, NPTCP_SCHEDULE.lowerBytes)
    .option(
      '-p, --perturbation <bytes>',
      'also test sizes this far apart',
      parseNumber,
      NPTCP_SCHEDULE.perturbationBytes,
    )
    .addOption(new Option('--sizes <list>', 'test only these, for example 64,1k,64k').argParser(parseSizeList))
    .addOption(new Option('-s, --stream', 'send in one direction only').conflicts('bidirectional'))
    .option('-2, --bidirectional', 'send in both directions at the same time')
    .option('--trials <n>', 'trials of each size', parseCount, TRIALS)
    .option('--timeout <seconds>', 'give up when nothing moves for this long', parseSeconds, 10)
    .option('--cpu <n>', 'run on this CPU only', parseNumber);
}

/** The words that tell a receiver what this end does. */
export function receiverWords(options: SharedNetpipeOptions): readonly string[] {
  const { lower, perturbation, sizes, stream, bidirectional, trials, timeout } = options;
  return [
    ...['--lower', String(lower), '--perturbation', String(perturbation), '--trials', String(trials)],
    ...['--timeout', String(timeout)],
    ...(sizes === undefined ? [] : ['--sizes', sizes.join(',')]),
    ...(stream ? ['--stream'] : []),
    ...(bidirectional ? ['--bidirectional'] : []),
  ];
}

export function modeOf({ stream, bidirectional }: SharedNetpipeOptions): NetpipeMode {
  if (stream) return 'stream';
  return bidirectional ? 'bidirectional' : 'twoway';
}

export function scheduleOf({ sizes, lower, perturbation }: SharedNetpipeOptions): Iterable<SchedulePoint> {
  if (sizes !== undefined) return scheduleList(sizes);
  return scheduleOctaves({ lowerBytes: lower, perturbationBytes: perturbation });
}

/** 0, 1, 2, … */
function parseNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** 1, 2, 3, … */
export function parseCount(text: string): number {
  const value = parseNumber(text);
  if (value === 0) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

export function parseSeconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a positive number of seconds.');
  return value;
}
