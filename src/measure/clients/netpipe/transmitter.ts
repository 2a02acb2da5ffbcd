// The transmitter of a whole netpipe run: NPtcp's part with -h, against NPtcp 3.7.2 or our own receiver.
// It keeps a sample of every exchange where NPtcp keeps the best trial's mean.

import type { NetpipeMode, TimeSummary } from '../../../model/mod.ts';
import type { ConnectOptions } from '../../../system/mod.ts';
import { ExchangeTimer, sendStream } from '../../netpipe/exchange.ts';
import { chooseRepeats, type SchedulePoint } from '../../netpipe/schedule.ts';
import { INTRODUCTION_EXCHANGES } from '../../netpipe/wire.ts';
import { Reconnectable } from './reconnectable.ts';

export interface TransmitterOptions extends ConnectOptions {
  readonly mode: NetpipeMode;
  /** As the receiver has it. */
  readonly schedule: Iterable<SchedulePoint>;
  /** Block size of the introduction (-l), as the receiver has it. */
  readonly lowerBytes: number;
  readonly upperBytes: number;
  /** How long one trial is to take; NPtcp: 0.10. */
  readonly targetSeconds: number;
  /** As the receiver has it; NPtcp: 3. */
  readonly trials: number;
}

export interface PointResult {
  readonly sizeBytes: number;
  /** Exchanges in each trial. */
  readonly repeats: number;
  /** NPtcp's result: mean time of a block in the best trial. In mode stream the receiver's. */
  readonly seconds: number;
  /** Of the trials' means, s². 0 in mode stream, where only the best one travels. */
  readonly varianceSecondsSquared: number;
  /** Over all exchanges of all trials. Undefined in mode stream, where this end sees only its own buffer. */
  readonly oneWayNs: TimeSummary | undefined;
  /** V2 compressed, base64, ns. Undefined as `oneWayNs`. */
  readonly histogram: string | undefined;
}

/** A point that takes longer ends the run, as in NPtcp. */
const LONGEST_BLOCK_SECONDS = 1;
/** NPtcp's stand-in for a time that its clock can't tell from 0. */
const SHORTEST_SECONDS = 1e-6;

/**
 * Runs and yields each point when it is done. Ends after the schedule, at the upper bound, at a block of a second or when
 * the receiver ends. Throws the errors of sockets and NETPIPE_PEER_MISMATCH.
 */
export function* transmitRun(options: TransmitterOptions): Generator<PointResult, void, undefined> {
  const connection = new Reconnectable(options);
  try {
    yield* transmitPoints(connection, options);
    connection.link.quit();
  } finally {
    connection.link.close();
  }
}

function* transmitPoints(connection: Reconnectable, options: TransmitterOptions): Generator<PointResult> {
  const { mode, lowerBytes, upperBytes, targetSeconds } = options;
  const timer = new ExchangeTimer();
  if (!connection.synchronise()) return;
  const introductionNs = timer.timeTwoWay(connection.link, lowerBytes, INTRODUCTION_EXCHANGES);
  let previousSeconds = introductionNs / 1e9 / INTRODUCTION_EXCHANGES / 2;
  let previousSizeBytes = lowerBytes;
  if (!connection.synchronise()) return;
  if (mode === 'stream') connection.reset();
  for (const point of options.schedule) {
    const { sizeBytes, baseBytes, incrementBytes, isCalibration } = point;
    if (baseBytes > upperBytes || previousSeconds >= LONGEST_BLOCK_SECONDS) return;
    const repeats = chooseRepeats({ targetSeconds, previousSizeBytes, previousSeconds, incrementBytes });
    timer.histogram.reset();
    const trialSeconds = transmitPoint(connection, timer, options, sizeBytes, repeats);
    if (trialSeconds === undefined) return;
    previousSeconds = Math.min(...trialSeconds) || SHORTEST_SECONDS;
    previousSizeBytes = sizeBytes;
    if (!isCalibration) yield resultOf(mode, timer, sizeBytes, repeats, trialSeconds);
  }
}

/** Mean time of a block in each trial (in mode stream: in the best one); undefined when the receiver has ended. */
function transmitPoint(
  connection: Reconnectable,
  timer: ExchangeTimer,
  { mode, trials }: TransmitterOptions,
  sizeBytes: number,
  repeats: number,
): readonly number[] | undefined {
  if (!connection.synchronise()) return undefined;
  connection.link.sendRepeats(repeats);
  const trialSeconds: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    if (!connection.synchronise()) return undefined;
    const { link } = connection;
    if (mode === 'twoway') trialSeconds.push(timer.timeTwoWay(link, sizeBytes, repeats) / 1e9 / repeats / 2);
    if (mode === 'bidirectional') trialSeconds.push(timer.timeBidirectional(link, sizeBytes, repeats) / 1e9 / repeats);
    if (mode === 'stream') {
      sendStream(link, sizeBytes, repeats);
      connection.reset();
    }
  }
  return mode === 'stream' ? [connection.receiveTime()] : trialSeconds;
}

function resultOf(
  mode: NetpipeMode,
  timer: ExchangeTimer,
  sizeBytes: number,
  repeats: number,
  trialSeconds: readonly number[],
): PointResult {
  const hasSamples = mode !== 'stream';
  return {
    sizeBytes,
    repeats,
    seconds: Math.min(...trialSeconds) || SHORTEST_SECONDS,
    varianceSecondsSquared: varianceOf(trialSeconds),
    oneWayNs: hasSamples ? timer.histogram.summarize() : undefined,
    histogram: hasSamples ? timer.histogram.encode() : undefined,
  };
}

/** Population variance, as NetPIPE has it. */
function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
