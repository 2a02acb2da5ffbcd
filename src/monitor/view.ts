// A reading and the one before it as what people and programs want to see: each service and server with its rates,
// drops with theirs, and the sum of all.

import type { Counters, Rates, ServerEntry, ServerStatus, ServiceEntry, ServiceStatus } from '../director/mod.ts';
import { ratesBetween, sumRates } from './rates.ts';
import { type Counted, idOfServer, idOfService, indexReading, type Reading } from './reading.ts';

export interface Activity {
  /** Of a service the sum over its servers, as are the connections. */
  readonly weight: number;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly counters: Counters;
  readonly rates: Rates;
}

export interface ServerView {
  readonly entry: ServerEntry;
  readonly activity: Activity;
}

export interface ServiceView {
  readonly entry: ServiceEntry;
  readonly activity: Activity;
  /** As in `entry.servers`. */
  readonly servers: readonly ServerView[];
}

export interface DropView {
  readonly reason: string;
  readonly packets: number;
  /** Unknown at first sight: drops have no average. */
  readonly perSecond: number | undefined;
}

export interface View {
  readonly reading: Reading;
  readonly total: Rates;
  /** As in the reading: newest first. */
  readonly services: readonly ServiceView[];
  /** Of every reason, in the data plane's order. */
  readonly drops: readonly DropView[];
}

export function viewReading(previous: Reading | undefined, now: Reading): View {
  const seconds = previous === undefined ? 0 : (now.monotonicMs - previous.monotonicMs) / 1000;
  const before = indexReading(previous);
  const rates = (id: string, status: Counted) => ratesBetween(before.get(id), status, seconds);
  const services = now.services.map((service) => viewService(service, rates));
  return {
    reading: now,
    total: sumRates(services.map(({ activity }) => activity.rates)),
    services,
    drops: [...now.drops].map(([reason, packets]) => {
      const moved = packets - (previous?.drops.get(reason) ?? 0);
      // Fewer than before: this is another director.
      return { reason, packets, perSecond: seconds > 0 && moved >= 0 ? moved / seconds : undefined };
    }),
  };
}

function viewService(service: ServiceStatus, rates: (id: string, status: Counted) => Rates): ServiceView {
  const { entry } = service;
  const servers = service.servers.map((server) => viewServer(server, rates(idOfServer(entry, server.entry), server)));
  const sum = (key: 'weight' | 'activeConnections' | 'inactiveConnections' | 'persistentConnections') =>
    servers.reduce((total, { activity }) => total + activity[key], 0);
  const activity: Activity = {
    weight: sum('weight'),
    activeConnections: sum('activeConnections'),
    inactiveConnections: sum('inactiveConnections'),
    persistentConnections: sum('persistentConnections'),
    counters: service.counters,
    rates: rates(idOfService(entry), service),
  };
  return { entry, activity, servers };
}

function viewServer({ entry, ...counts }: ServerStatus, rates: Rates): ServerView {
  return { entry, activity: { ...counts, weight: entry.weight, rates } };
}
