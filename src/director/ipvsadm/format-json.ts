// What `ipvsadm -L --json` prints: the director's own types with their names and units. One document whatever the
// view, so that scripts need one command; addresses and ports are numbers, rates are not rounded to whole ones.

import type { Connection, Rates, ServerStatus, ServiceStatus, SyncDaemon, Timeouts } from '../data-plane.ts';
import { namesOfFlags } from './scheduler-flags.ts';

export interface ListingDocument {
  readonly connectionTableSize: number;
  readonly timeouts: Timeouts;
  readonly syncDaemons: readonly SyncDaemon[];
  readonly services: readonly ServiceStatus[];
}

export function formatListingJson({ services, ...rest }: ListingDocument): string {
  return formatJson({ ...rest, services: services.map(describeService) });
}

export function formatConnectionsJson(connections: readonly Connection[]): string {
  return formatJson({ connections });
}

export function formatJson(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function describeService({ entry, counters, rates, servers }: ServiceStatus): object {
  const { servers: _, schedulerFlags, persistence = null, ...rest } = entry;
  return {
    ...rest,
    schedulerFlags: namesOfFlags(schedulerFlags, entry.scheduler),
    persistence,
    counters,
    rates: roundRates(rates),
    servers: servers.map(describeServer),
  };
}

function describeServer({ entry, rates, ...rest }: ServerStatus): object {
  const tunnel = entry.method === 'tun' ? { tunnel: entry.tunnel ?? { type: 'ipip' } } : {};
  return { ...entry, ...tunnel, ...rest, rates: roundRates(rates) };
}

function roundRates(rates: Rates): object {
  return Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, Math.round(rate * 1000) / 1000]));
}
