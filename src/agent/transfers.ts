// Transfers at an agent: what a client measures, as the protocol has it.

import { runTransfersOf, TimeHistogram, TransferError } from '../measure/mod.ts';
import type { TransferName } from '../model/mod.ts';
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
    return { ...NOTHING, elapsedNs: 0, failures: { [why]: 1 }, stalls: [], counts: {}, wireBytes: 0 };
  }
}

type WindowRun = Omit<ParsedParamsOf<'transfer.window'>, 'transfer'>;

/** Begins at once and goes on past the end of the window, so that at its edges all who share it are at work. */
export async function runWindow(name: TransferName, options: WindowRun): Promise<ResultOf<'transfer.window'>> {
  const { startNs, endNs, variant, ...transfer } = options;
  const offsetNs = Number(process.hrtime.bigint()) - performance.now() * 1e6;
  const window = { startMs: (startNs - offsetNs) / 1e6, endMs: (endNs - offsetNs) / 1e6 };
  const seconds = Math.max((window.endMs - performance.now()) / 1000, Number.MIN_VALUE);
  try {
    const result = await runTransfersOf(name, { ...transfer, ...variant, seconds, commonWindow: window });
    const beganMs = performance.now() - result.seconds * 1000;
    const lateMs = Math.max(0, beganMs - window.startMs);
    const { payloadBytes, transfers, timeNs, histogram } = result.window ?? NOTHING;
    return {
      payloadBytes,
      transfers,
      timeNs,
      histogram,
      own: { payloadBytes: result.payloadBytes, seconds: result.seconds },
      failures: { ...result.failures },
      covered: Math.max(0, 1 - lateMs / (window.endMs - window.startMs)),
      cpuShare: result.cpuShare,
    };
  } catch (error) {
    const failures = { [causeOf(error)]: 1 };
    return { ...NOTHING, own: { payloadBytes: 0, seconds: 0 }, failures, covered: 0, cpuShare: 0 };
  }
}

/** Of a service that cannot be used at all; anything else goes on as it is. */
function causeOf(error: unknown): string {
  if (!(error instanceof TransferError)) throw error;
  return error.why;
}

const none = new TimeHistogram();
const NOTHING = { payloadBytes: 0, transfers: 0, timeNs: none.summarize(), histogram: none.encode() };
