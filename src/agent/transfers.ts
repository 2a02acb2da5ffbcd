// Transfers at an agent: what a client measures, as the protocol has it.

import { runTransfersOf, TimeHistogram, TransferError } from '../measure/mod.ts';
import type { TransferName } from '../model/mod.ts';
import type { ParsedParamsOf, ResultOf } from './protocol.ts';

type TransferRun = Omit<ParsedParamsOf<'transfer.run'>, 'transfer'>;

/** A service that cannot be used at all is a result, too: one failure, of its cause. */
export async function runTransfers(name: TransferName, options: TransferRun): Promise<ResultOf<'transfer.run'>> {
  try {
    const result = await runTransfersOf(name, options);
    const { transfers, seconds, timeNs, histogram, failures, counts = {}, payloadBytes, wireBytes } = result;
    return {
      transfers,
      elapsedNs: seconds * 1e9,
      timeNs,
      histogram,
      failures: { ...failures },
      counts: { ...counts },
      payloadBytes,
      wireBytes,
    };
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    const none = new TimeHistogram();
    return {
      transfers: 0,
      elapsedNs: 0,
      timeNs: none.summarize(),
      histogram: none.encode(),
      failures: { [error.why]: 1 },
      counts: {},
      payloadBytes: 0,
      wireBytes: 0,
    };
  }
}
