// Transfers at an agent: what a client measures, as the protocol has it.

import { runTransfersOf, TimeHistogram, type TimeWindow, TransferError, type TransferResult } from '../measure/mod.ts';
import type { TransferName, WindowTransferName } from '../model/mod.ts';
import { monotonicNs } from '../system/mod.ts';
import type { ParsedParamsOf, ResultOf } from './protocol.ts';

/** More tell no more. */
const MOST_STALLS = 1000;

type TransferRun = Omit<ParsedParamsOf<'transfer.run'>, 'transfer'>;

/** A service that cannot be used at all is a result, too: one failure, of its cause. */
export async function runTransfers(
  name: TransferName,
  { variant, ...options }: TransferRun,
): Promise<ResultOf<'transfer.run'>> {
  try {
    const result = await runTransfersOf(name, { ...options, ...variant });
    const { transfers, seconds, timeNs, histogram, failures, stalls, counts = {}, payloadBytes, wireBytes } = result;
    return {
      transfers,
      elapsedNs: seconds * 1e9,
      timeNs,
      histogram,
      failures: { ...failures },
      stalls: stalls.slice(0, MOST_STALLS).map((stall) => ({ ...stall })),
      counts: { ...counts },
      payloadBytes,
      wireBytes,
    };
  } catch (error) {
    const why = causeOf(error);
    const { covered: _, ...nothing } = NOTHING;
    return { ...nothing, elapsedNs: 0, failures: { [why]: 1 }, stalls: [], counts: {}, wireBytes: 0 };
  }
}

type WindowRun = Omit<ParsedParamsOf<'transfer.window'>, 'transfer'>;

/** Goes on past the end of the window, so that at its edges all who share it are at work. */
export async function runWindow(
  name: WindowTransferName,
  { startNs, endNs, beginNs, variant, ...transfer }: WindowRun,
): Promise<ResultOf<'transfer.window'>> {
  const window = onOwnClock({ startNs, endNs });
  if (beginNs !== undefined) await until(onOwnClock({ startNs: beginNs, endNs }).startMs);
  const seconds = Math.max((window.endMs - performance.now()) / 1000, Number.MIN_VALUE);
  try {
    return windowResultOf(await runTransfersOf(name, { ...transfer, ...variant, seconds, commonWindow: window }));
  } catch (error) {
    const failures = { [causeOf(error)]: 1 };
    return { ...NOTHING, own: { payloadBytes: 0, seconds: 0 }, failures, cpuShare: 0 };
  }
}

/** A window of the host's clock on that of `performance.now()`. */
export function onOwnClock({ startNs, endNs }: { readonly startNs: number; readonly endNs: number }): TimeWindow {
  const offsetNs = monotonicNs() - performance.now() * 1e6;
  return { startMs: (startNs - offsetNs) / 1e6, endMs: (endNs - offsetNs) / 1e6 };
}

/** What a client has measured, as the protocol has it. */
export function windowResultOf(result: TransferResult): ResultOf<'transfer.window'> {
  const { payloadBytes, seconds, failures, cpuShare, window = NOTHING } = result;
  return { ...window, own: { payloadBytes, seconds }, failures: { ...failures }, cpuShare };
}

async function until(ms: number): Promise<void> {
  const waitMs = ms - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

/** Of a service that cannot be used at all; anything else goes on as it is. */
function causeOf(error: unknown): string {
  if (!(error instanceof TransferError)) throw error;
  return error.why;
}

const none = new TimeHistogram();
const NOTHING = { payloadBytes: 0, transfers: 0, timeNs: none.summarize(), histogram: none.encode(), covered: 0 };
