// What a run of requests is given, and gives back.

import type { TransferResult } from '../../transfer-record.ts';
import type { TransferOptions } from '../../transfers.ts';
import type { HttpTarget } from './request.ts';

/** Only a serial client looks at `commonWindow`, `most` and `prepare`. */
export interface HttpRunOptions extends HttpTarget, Omit<TransferOptions, 'sizeBytes'> {
  /** At once. */
  readonly connections: number;
  /** After so many a connection is closed and another one opened; 1: each request has its own. */
  readonly requestsPerConnection: number;
  /** Requests a second, whatever their replies do. Without it each connection sends as soon as it has its reply. */
  readonly ratePerSecond?: number | undefined;
  /** Of the body; another length is a failure. */
  readonly expectedBytes?: number | undefined;
}

export interface HttpRunResult extends TransferResult {
  readonly connectionsOpened: number;
  /** At a rate: how much later than meant requests were sent, ms; 0 of what was in time. */
  readonly worstLagMs: number;
  /** The first bytes of the first malformed reply, latin1. */
  readonly malformed?: string | undefined;
}
