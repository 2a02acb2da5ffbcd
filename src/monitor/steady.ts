// Counters that never go back by accident. Flows hold what they have counted for up to a second before they hand it
// over; one that does so while the tables are read is counted twice or not at all, and the next reading may show
// less. To Prometheus less than before is a counter that began anew, which would show as a peak that never was.

import type { Counters } from '../director/mod.ts';
import { type Counted, idOfServer, idOfService, indexReading, type Reading } from './reading.ts';

/** `now` with every counter at least what it was, except those that `ipvsadm -Z` or a new director made begin anew. */
export function steadyReading(previous: Reading | undefined, now: Reading): Reading {
  if (previous === undefined) return now;
  const before = indexReading(previous);
  const steady = <T extends Counted>(id: string, status: T): T => {
    const counters = before.get(id)?.counters;
    return counters === undefined ? status : { ...status, counters: steadyCounters(counters, status.counters) };
  };
  return {
    ...now,
    services: now.services.map((service) => ({
      ...steady(idOfService(service.entry), service),
      servers: service.servers.map((server) => steady(idOfServer(service.entry, server.entry), server)),
    })),
  };
}

/** Connections are counted at once, so fewer of them tell of a new beginning; so does a loss that no second explains. */
export function beganAnew(before: Counters, now: Counters): boolean {
  return now.connections < before.connections || now.inPackets < before.inPackets / 2;
}

function steadyCounters(before: Counters, now: Counters): Counters {
  if (beganAnew(before, now)) return now;
  return {
    connections: now.connections,
    inPackets: Math.max(before.inPackets, now.inPackets),
    outPackets: Math.max(before.outPackets, now.outPackets),
    inBytes: Math.max(before.inBytes, now.inBytes),
    outBytes: Math.max(before.outBytes, now.outBytes),
  };
}
