// A server as the schedulers' tables need it.

import type { IpAddress } from '../../model/mod.ts';

/** What a table is made from. */
export interface ScheduledServer {
  readonly address: IpAddress;
  readonly port: number;
  readonly weight: number;
  /** Of a server whose weight is zero: its last one that was not, if it had one since it was added. For mh alone. */
  readonly lastWeight?: number;
}
