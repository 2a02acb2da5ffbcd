// A run of requests, by whichever engine fits, in one process or the sum of several.

import { TransferError } from '../../errors.ts';
import { mergeTransferResults } from '../../transfer-record.ts';
import { runConcurrent } from './concurrent.ts';
import type { HttpRunOptions, HttpRunResult } from './options.ts';
import { requestOnce, runSerial } from './serial.ts';

/** Asks once without measuring, so that the file is in the server's memory. Throws TRANSFER_FAILED. */
export function warmUp(options: HttpRunOptions): void {
  const cause = requestOnce({ ...options, requestsPerConnection: 1 });
  if (cause === undefined) return;
  throw new TransferError(`http://${options.address}:${options.port}${options.path}`, cause);
}

/** Runs for the time that the options say. Failures of single requests are counted, not thrown. */
export function runHttp(options: HttpRunOptions): HttpRunResult {
  const isSerial = options.connections === 1 && options.ratePerSecond === undefined;
  return isSerial ? runSerial(options) : runConcurrent(options);
}

/** What processes that ran at the same time have done together. */
export function mergeHttpResults(results: readonly HttpRunResult[]): HttpRunResult {
  const malformed = results.find((result) => result.malformed !== undefined)?.malformed;
  return {
    ...mergeTransferResults(results),
    connectionsOpened: results.reduce((sum, { connectionsOpened }) => sum + connectionsOpened, 0),
    worstLagMs: Math.max(...results.map(({ worstLagMs }) => worstLagMs)),
    ...(malformed === undefined ? {} : { malformed }),
  };
}
