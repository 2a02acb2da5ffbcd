// A run of requests, by whichever engine fits, in one process or the sum of several.

import { TransferError } from '../../errors.ts';
import { paperFileName } from '../../services/files.ts';
import { mergeTransferResults } from '../../transfer-record.ts';
import type { TransferOptions } from '../../transfers.ts';
import { runConcurrent } from './concurrent.ts';
import type { HttpRunOptions, HttpRunResult } from './options.ts';
import { requestOnce, runSerial } from './serial.ts';

const WARM_UP = { seconds: 0.25, connections: 32 } as const;

/**
 * Asks without measuring, so that the file is in the server's memory, and so that our code is compiled before anything
 * counts. Throws TRANSFER_FAILED.
 */
export function warmUp(options: HttpRunOptions): void {
  tryOnce(options);
  const connections = Math.min(options.connections, WARM_UP.connections);
  runHttp({ ...options, connections, seconds: WARM_UP.seconds });
}

function tryOnce(options: HttpRunOptions): void {
  const cause = requestOnce({ ...options, requestsPerConnection: 1 });
  if (cause !== undefined) throw new TransferError(`http://${options.address}:${options.port}${options.path}`, cause);
}

/** Runs for the time that the options say. Failures of single requests are counted, not thrown. */
export function runHttp(options: HttpRunOptions): HttpRunResult {
  const isSerial = options.connections === 1 && options.ratePerSecond === undefined;
  return isSerial ? runSerial(options) : runConcurrent(options);
}

export interface FetchOptions extends TransferOptions, Pick<HttpRunOptions, 'requestsPerConnection' | 'ratePerSecond'> {
  /** At once; 1 without it. */
  readonly connections?: number | undefined;
}

/**
 * Files fetched, one after the other by one client unless the options say otherwise. Throws TRANSFER_FAILED when the
 * first, which is not measured, fails.
 */
export function fetchFiles({ connections = 1, ...options }: FetchOptions): HttpRunResult {
  const { sizeBytes } = options;
  const path = `/${paperFileName(Math.log2(sizeBytes))}`;
  const run = { ...options, path, connections, expectedBytes: sizeBytes };
  tryOnce(run);
  return runHttp(run);
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
