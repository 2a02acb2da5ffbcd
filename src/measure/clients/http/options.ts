// What a run of requests is given, and gives back.

import type { Ipv4 } from '../../../model/mod.ts';
import type { TimeWindow, TransferResult } from '../../transfer-record.ts';
import type { HttpTarget } from './request.ts';

export interface HttpRunOptions extends HttpTarget {
  /** Address to connect from; without it the routes choose. */
  readonly source?: Ipv4 | undefined;
  readonly seconds: number;
  /** At once. */
  readonly connections: number;
  /** After so many a connection is closed and another one opened; 1: each request has its own. */
  readonly requestsPerConnection: number;
  /** Requests a second, whatever their replies do. Without it each connection sends as soon as it has its reply. */
  readonly ratePerSecond?: number | undefined;
  /** For a connection to be made, and for a reply to go on. */
  readonly timeoutMs: number;
  /** Of a serial client: what is counted besides, by itself. */
  readonly commonWindow?: TimeWindow | undefined;
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
