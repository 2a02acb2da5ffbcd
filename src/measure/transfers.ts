// The clients that make one transfer after the other: what all of them are given, and the loop that times them. http has
// engines of its own.

import type { Ipv4 } from '../model/mod.ts';
import { type SocketAddress, SocketError } from '../system/mod.ts';
import { causeOfErrno, PAUSE_AFTER_FAILURE_MS, TransferFailure } from './causes.ts';
import { TransferError } from './errors.ts';
import { type TimeWindow, TransferRecord, type TransferResult } from './transfer-record.ts';

export interface TransferOptions extends SocketAddress {
  /** Address to connect from; without it the routes choose. */
  readonly source?: Ipv4 | undefined;
  /** Of the measurement. */
  readonly seconds: number;
  /** Of what is transferred. */
  readonly sizeBytes: number;
  /** For a connection to be made, and for a transfer to go on. */
  readonly timeoutMs: number;
  /** What is counted besides, by itself. */
  readonly commonWindow?: TimeWindow | undefined;
  /** After so many attempts it ends before its time. */
  readonly most?: number | undefined;
  /** Done before each transfer, in nobody's time; it may throw TransferFailure. */
  readonly prepare?: (() => void) | undefined;
}

/** What a transfer has moved. */
export interface Transferred {
  /** Without heads and framing. */
  readonly payloadBytes: number;
  /** All that went over the connection in the payload's direction. */
  readonly wireBytes: number;
  /** When it had come to its end, on the clock of `performance.now()`; without it when the function returned. */
  readonly endMs?: number;
}

/** One transfer. Throws TransferFailure, or SocketError, whose errno tells the cause. */
export type Transfer = () => Transferred | Promise<Transferred>;

type RunOptions = Pick<TransferOptions, 'seconds' | 'commonWindow' | 'most' | 'prepare'>;

/**
 * One after the other until the time of the options is over; the last one may end after it, and counts. Failures are
 * counted by their cause, not thrown.
 */
export async function runTransfers(
  { seconds, commonWindow, most = Number.POSITIVE_INFINITY, prepare }: RunOptions,
  transfer: Transfer,
): Promise<TransferResult> {
  const beganMs = performance.now();
  const endMs = beganMs + seconds * 1000;
  const record = new TransferRecord(beganMs, commonWindow);
  let nowMs = beganMs;
  for (let tried = 0; tried < most && nowMs < endMs; tried++) {
    let startMs = nowMs;
    try {
      if (prepare !== undefined) {
        prepare();
        startMs = performance.now();
      }
      const { payloadBytes, wireBytes, endMs: ownEndMs } = await transfer();
      nowMs = performance.now();
      record.succeed(startMs, ownEndMs ?? nowMs, payloadBytes, wireBytes);
    } catch (error) {
      record.fail(causeOf(error));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
      nowMs = performance.now();
    }
  }
  return record.finish(nowMs);
}

/**
 * Once without measuring: whether it goes at all, and so that files are in memory and connections known. Throws
 * TRANSFER_FAILED.
 * @param what such as `ftp://10.0.0.1:21/file.10`
 */
export async function tryTransfer<T>(what: string, transfer: () => T | Promise<T>): Promise<T> {
  try {
    return await transfer();
  } catch (error) {
    throw new TransferError(what, causeOf(error));
  }
}

/** What is no failure of a transfer is a fault of ours, and goes on. */
function causeOf(error: unknown): string {
  if (error instanceof TransferFailure) return error.message;
  if (error instanceof SocketError) return causeOfErrno(error.errno);
  throw error;
}
