// The tables of the schedulers that have one, by the scheduler's name: their rows and how many these are. Each row is
// a server, as an index into the service's list.

import type { AddressFamily, SchedulerName } from '../../model/mod.ts';
import { BUCKETS, buildDhTable } from './dh.ts';
import { buildMhTable, MAGLEV_ROWS } from './mh.ts';
import type { ScheduledServer } from './scheduled-server.ts';
import { buildShTable } from './sh.ts';
import { buildWrrTable, wrrTableLength } from './wrr.ts';

/**
 * The rows; none where the scheduler has no table, or no server could be in it. Servers that are quiesced or
 * overloaded may be in a table of dh, sh or mh: the data plane asks when a connection comes.
 *
 * @param servers in IPVS's order: the server added last comes first
 * @param family the service's: mh hashes servers' addresses as addresses of that family
 */
export function buildScheduleTable(
  scheduler: SchedulerName,
  servers: readonly ScheduledServer[],
  family: AddressFamily,
): number[] {
  const weights = servers.map(({ weight }) => weight);
  switch (scheduler) {
    case 'wrr':
      return buildWrrTable(weights);
    case 'dh':
      return buildDhTable(servers.length);
    case 'sh':
      return buildShTable(weights);
    case 'mh':
      return buildMhTable(servers, family);
    default:
      return [];
  }
}

/** Rows of the table, without building it: what weights like 60000 and 59999 would take. */
export function scheduleTableLength(
  scheduler: SchedulerName,
  servers: readonly Pick<ScheduledServer, 'weight' | 'lastWeight'>[],
): number {
  switch (scheduler) {
    case 'wrr':
      return wrrTableLength(servers.map(({ weight }) => weight));
    case 'dh':
    case 'sh':
      return servers.length > 0 ? BUCKETS : 0;
    case 'mh':
      return servers.some(({ weight, lastWeight = 0 }) => weight > 0 || lastWeight > 0) ? MAGLEV_ROWS : 0;
    default:
      return 0;
  }
}
