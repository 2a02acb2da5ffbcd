// Changes of the service table when a host is set up, and their undoing. Pure.

import { isDeepStrictEqual } from 'node:util';
import { type Endpoint, isSameService, type ServiceEntry, type ServiceTable } from '../director/mod.ts';

/** Whether two entries of one service say the same; what is left out means what it is by default. */
export function isSameEntry(one: ServiceEntry, other: ServiceEntry): boolean {
  return isDeepStrictEqual(withoutDefaults(one), withoutDefaults(other));
}

/** JSON leaves out what is undefined; IP-in-IP is the tunnel that VS-TUN has unless told otherwise. */
function withoutDefaults(entry: ServiceEntry): unknown {
  const isDefault = (key: string, value: unknown) => key === 'tunnel' && isDeepStrictEqual(value, { type: 'ipip' });
  return JSON.parse(JSON.stringify(entry, (key, value) => (isDefault(key, value) ? undefined : value)));
}

/** At the place that the service has, or as the newest. */
export function putService(table: ServiceTable, entry: ServiceEntry): ServiceTable {
  const place = table.findIndex((service) => isSameService(service, entry));
  return place < 0 ? [entry, ...table] : table.with(place, entry);
}

export interface Taken {
  readonly table: ServiceTable;
  /** What of the service was left, and why. */
  readonly left: string | undefined;
}

/**
 * Undoes {@link putService}. A service that was not there before goes, whatever weights it has got since, but servers
 * that somebody else has added stay, and the service with them. One that was there before becomes what it was, unless
 * somebody has edited it since.
 */
export function takeService(table: ServiceTable, entry: ServiceEntry, before: ServiceEntry | undefined): Taken {
  const place = table.findIndex((service) => isSameService(service, entry));
  const present = table[place];
  if (present === undefined) return { table, left: undefined };
  if (before !== undefined) {
    if (isSameEntry(present, entry)) return { table: table.with(place, before), left: undefined };
    return { table, left: isSameEntry(present, before) ? undefined : `${nameOf(entry)} has been edited since` };
  }
  const foreign = present.servers.filter((server) => !entry.servers.some((ours) => isSameEndpoint(server, ours)));
  if (foreign.length === 0) return { table: table.toSpliced(place, 1), left: undefined };
  const names = foreign.map(({ address, port }) => `${address}:${port}`).join(', ');
  return {
    table: table.with(place, { ...present, servers: foreign }),
    left: `${nameOf(entry)} stays: it has other servers by now, ${names}`,
  };
}

function isSameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

/** The services of a conf file are all at an address. */
function nameOf(service: ServiceEntry): string {
  return 'address' in service ? `service ${service.protocol} ${service.address}:${service.port}` : 'a service';
}
