// A visit: one block size measured for a moment on a connection that stays open, so that visits to many systems can
// be interleaved. Both ends are ours, told mode and size beforehand; the wire has NPtcp's elements, as many points of
// one size as the transmitter likes (first short ones that warm up and calibrate), then REP 0.

import type { NetpipeMode, TimeSummary } from '../../model/mod.ts';
import { answerTwoWay, ExchangeTimer, sendStream } from './exchange.ts';
import type { NetpipeLink } from './link.ts';
import { FEWEST_REPEATS } from './schedule.ts';

/** How long to measure: for a time, or a number of exchanges. */
export type VisitExtent = { readonly targetSeconds: number } | { readonly exchanges: number };

export interface Visit {
  readonly sizeBytes: number;
  readonly mode: NetpipeMode;
}

export interface VisitResult {
  /** Exchanges that were timed. */
  readonly exchanges: number;
  readonly elapsedNs: number;
  /** Time per block: half of a round trip in mode twoway, else the time from one block to the next. */
  readonly oneWayNs: TimeSummary;
  /** V2 compressed, base64, ns */
  readonly histogram: string;
}

/** The part of the measuring time that is spent beforehand: TCP's windows open, caches fill, the path is learnt. */
const WARM_UP_SHARE = 0.1;
/** Over what has been run: the first few tell little. */
const WARM_UP_GROWTH = 20;
/** An untimed end has no sample to count. */
const NOTHING_TIMED = 0;

let sharedTimer: ExchangeTimer | undefined;

/** A visit blocks its process, so one timer does for all: making another one costs a short visit a tenth of its time. */
function takeTimer(): ExchangeTimer {
  sharedTimer ??= new ExchangeTimer();
  sharedTimer.histogram.reset();
  return sharedTimer;
}

/** What an exchange of the same kind took when it was last calibrated, ns: where the next calibration begins. */
const lastExchangeNs = new Map<string, number>();

/** The transmitter's part. In mode stream the receiver has the samples and this end has none. */
export function transmitVisit(link: NetpipeLink, visit: Visit, extent: VisitExtent): VisitResult {
  const timer = takeTimer();
  const kind = `${visit.mode} ${visit.sizeBytes}`;
  const { repeats, exchangeNs } = calibrate(extent, timer, lastExchangeNs.get(kind), (count) =>
    transmitPoint(link, timer, visit, count),
  );
  lastExchangeNs.set(kind, exchangeNs);
  timer.histogram.reset();
  const elapsedNs = transmitPoint(link, timer, visit, repeats);
  link.synchronise();
  link.sendRepeats(0);
  return resultOf(timer, visit.mode === 'stream' ? NOTHING_TIMED : repeats, elapsedNs);
}

/** The receiver's part; its result counts in mode stream, and beside the transmitter's in mode bidirectional. */
export function receiveVisit(link: NetpipeLink, visit: Visit): VisitResult {
  const timer = takeTimer();
  let timed = NOTHING_TIMED;
  let elapsedNs = 0;
  for (;;) {
    link.synchronise();
    const repeats = link.receiveRepeats();
    if (repeats === 0) return resultOf(timer, timed, elapsedNs);
    link.synchronise();
    timer.histogram.reset();
    elapsedNs = receiveExchanges(link, timer, visit, repeats);
    if (visit.mode === 'stream') link.sendTime(elapsedNs / 1e9 / repeats);
    timed = visit.mode === 'twoway' ? NOTHING_TIMED : repeats;
  }
}

/**
 * Runs exchanges until the warm-up has been long enough, and says how many make the whole. Reckons with their median where
 * it can: the other end may only just be starting, which makes the first one long.
 */
function calibrate(
  extent: VisitExtent,
  timer: ExchangeTimer,
  expectedNs: number | undefined,
  run: (count: number) => number,
): { repeats: number; exchangeNs: number } {
  const repeatsOf = (exchangeNs: number) =>
    'exchanges' in extent
      ? extent.exchanges
      : Math.max(FEWEST_REPEATS, Math.round((extent.targetSeconds * 1e9) / exchangeNs));
  const warmUpOf = (repeats: number) => Math.ceil(repeats * WARM_UP_SHARE);
  let count = FEWEST_REPEATS;
  if (expectedNs !== undefined) count = Math.max(count, warmUpOf(repeatsOf(expectedNs)));
  for (let done = 0; ; ) {
    const elapsedNs = run(count);
    const exchangeNs = timer.medianNs ?? elapsedNs / count;
    const repeats = repeatsOf(exchangeNs);
    done += count;
    if (done >= warmUpOf(repeats)) return { repeats, exchangeNs };
    count = Math.max(FEWEST_REPEATS, Math.min(warmUpOf(repeats) - done, done * WARM_UP_GROWTH));
  }
}

/** Time of all exchanges, ns. */
function transmitPoint(link: NetpipeLink, timer: ExchangeTimer, { sizeBytes, mode }: Visit, count: number): number {
  link.synchronise();
  link.sendRepeats(count);
  link.synchronise();
  switch (mode) {
    case 'twoway':
      return timer.timeTwoWay(link, sizeBytes, count);
    case 'bidirectional':
      return timer.timeBidirectional(link, sizeBytes, count);
    case 'stream':
      sendStream(link, sizeBytes, count);
      return link.receiveTime() * 1e9 * count;
  }
}

function receiveExchanges(link: NetpipeLink, timer: ExchangeTimer, { sizeBytes, mode }: Visit, count: number): number {
  switch (mode) {
    case 'twoway':
      answerTwoWay(link, sizeBytes, count);
      return 0;
    case 'bidirectional':
      return timer.timeBidirectional(link, sizeBytes, count);
    case 'stream':
      return timer.timeStream(link, sizeBytes, count);
  }
}

function resultOf(timer: ExchangeTimer, exchanges: number, elapsedNs: number): VisitResult {
  const { histogram } = timer;
  return { exchanges, elapsedNs, oneWayNs: histogram.summarize(), histogram: histogram.encode() };
}
