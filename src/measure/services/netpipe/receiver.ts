// The receiver of a whole netpipe run: NPtcp's part without -h, for NPtcp 3.7.2 or our own transmitter. It follows the
// transmitter to its end and needs no upper bound; it listens throughout, where NPtcp rebinds at each RESET of -s. A client of
// ours may ask for a window instead, and says itself of what blocks.

import type { NetpipeMode } from '../../../model/mod.ts';
import { acceptTcp, SocketError } from '../../../system/mod.ts';
import { notNetpipeError } from '../../errors.ts';
import { answerTwoWay, ExchangeTimer } from '../../netpipe/exchange.ts';
import { NetpipeLink } from '../../netpipe/link.ts';
import type { SchedulePoint } from '../../netpipe/schedule.ts';
import { receiveWindow } from '../../netpipe/window.ts';
import { INTRODUCTION_EXCHANGES, QUIT, SYNC } from '../../netpipe/wire.ts';

/** Everything but the times and `onConnected` as the transmitter has it. */
export interface ReceiverOptions {
  readonly mode: NetpipeMode;
  readonly schedule: Iterable<SchedulePoint>;
  readonly lowerBytes: number;
  readonly trials: number;
  /** For every transfer, and for the transmitter to connect again after a RESET. */
  readonly timeoutMs: number;
  /** How long to wait for a transmitter; without it for ever. */
  readonly waitMs?: number;
  /** Called when one has come. */
  readonly onConnected?: () => void;
}

export interface ReceivedRun {
  /** Without those of calibration. */
  readonly points: number;
  /** 0 without a point. */
  readonly largestBytes: number;
}

/**
 * Waits for a transmitter on the socket `listener` and serves its run; undefined when none has come in time. The listener
 * stays open. Throws the errors of sockets and NETPIPE_PEER_MISMATCH.
 */
export function receiveRun(listener: number, options: ReceiverOptions): ReceivedRun | undefined {
  const { timeoutMs, waitMs = 0, onConnected } = options;
  const fd = acceptWithin(listener, { waitMs, timeoutMs });
  if (fd === undefined) return undefined;
  const session = { link: new NetpipeLink(fd, timeoutMs), listener };
  try {
    onConnected?.();
    session.link.sendSync();
    const opening = session.link.receiveControl();
    if (opening === 'quit') throw notNetpipeError(QUIT);
    if (opening === 'sync') return receivePoints(session, options);
    const window = session.link.receiveWindow();
    receiveWindow(session.link, window);
    return { points: 1, largestBytes: window.sizeBytes };
  } finally {
    session.link.close();
  }
}

function acceptWithin(listener: number, times: { waitMs: number; timeoutMs: number }): number | undefined {
  try {
    return acceptTcp(listener, times);
  } catch (error) {
    if (error instanceof SocketError && error.code === 'SOCKET_TIMED_OUT') return undefined;
    throw error;
  }
}

interface Session {
  link: NetpipeLink;
  readonly listener: number;
}

function receivePoints(session: Session, options: ReceiverOptions): ReceivedRun {
  const timer = new ExchangeTimer();
  const sizesBytes: number[] = [];
  answerTwoWay(session.link, options.lowerBytes, INTRODUCTION_EXCHANGES);
  session.link.synchronise();
  if (options.mode === 'stream') acceptReset(session, options);
  const schedule = options.schedule[Symbol.iterator]();
  while (session.link.receiveControl() === 'sync') {
    const next = schedule.next();
    if (next.done === true) break;
    session.link.sendSync();
    const { sizeBytes, isCalibration } = next.value;
    receivePoint(session, timer, options, sizeBytes);
    if (!isCalibration) sizesBytes.push(sizeBytes);
  }
  session.link.answerQuit();
  return { points: sizesBytes.length, largestBytes: Math.max(0, ...sizesBytes) };
}

function receivePoint(session: Session, timer: ExchangeTimer, options: ReceiverOptions, sizeBytes: number): void {
  const repeats = session.link.receiveRepeats();
  let bestNs = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < options.trials; trial++) {
    session.link.synchronise();
    switch (options.mode) {
      case 'twoway':
        answerTwoWay(session.link, sizeBytes, repeats);
        break;
      case 'bidirectional':
        timer.timeBidirectional(session.link, sizeBytes, repeats);
        break;
      case 'stream':
        bestNs = Math.min(bestNs, timer.timeStream(session.link, sizeBytes, repeats));
        acceptReset(session, options);
    }
  }
  if (options.mode === 'stream') session.link.sendTime(bestNs / 1e9 / repeats);
}

/** The transmitter says QUIT and comes again on a new connection. */
function acceptReset(session: Session, { timeoutMs }: ReceiverOptions): void {
  if (session.link.receiveControl() !== 'quit') throw notNetpipeError(SYNC);
  session.link.answerQuit();
  session.link = new NetpipeLink(acceptTcp(session.listener, { waitMs: timeoutMs, timeoutMs }), timeoutMs);
}
