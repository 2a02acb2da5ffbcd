// Changes to the service table as pure functions from table to table, refusing what IPVS refuses. They know
// nothing of counters, connections or maps: DataPlane.update() makes a change real.

import { type Ipv4, ipv4ToNumber, SCHEDULER_NAMES, type SchedulerName } from '../model/mod.ts';
import type { Endpoint, ServerEntry, ServiceEntry, ServiceKey, ServiceTable } from './data-plane.ts';
import {
  noSuchServer,
  noSuchService,
  schedulerUnavailable,
  serverExists,
  serverNotUnicast,
  serviceExists,
  thresholdsReversed,
  unknownScheduler,
} from './errors.ts';

/** A service without its servers: what `-A` and `-E` say about it. */
export type ServiceSettings = Omit<ServiceEntry, 'servers'>;

export function isSameService(one: ServiceKey, other: ServiceKey): boolean {
  return one.protocol === other.protocol && one.address === other.address && one.port === other.port;
}

/** The name as a scheduler of this data plane; raises DIRECTOR_UNKNOWN_SCHEDULER, DIRECTOR_SCHEDULER_UNAVAILABLE. */
export function requireScheduler(name: string, available: readonly SchedulerName[]): SchedulerName {
  const scheduler = SCHEDULER_NAMES.find((known) => known === name);
  if (scheduler === undefined) throw unknownScheduler(name, available);
  if (!available.includes(scheduler)) throw schedulerUnavailable(scheduler, available);
  return scheduler;
}

/** Raises DIRECTOR_SERVICE_EXISTS. */
export function addService(table: ServiceTable, settings: ServiceSettings): ServiceTable {
  if (table.some((service) => isSameService(service, settings))) throw serviceExists(settings);
  return [{ ...settings, servers: [] }, ...table];
}

/** Keeps the servers. Raises DIRECTOR_NO_SUCH_SERVICE, as every function below does. */
export function editService(table: ServiceTable, settings: ServiceSettings): ServiceTable {
  return replaceService(table, settings, (service) => ({ ...service, scheduler: settings.scheduler }));
}

export function deleteService(table: ServiceTable, key: ServiceKey): ServiceTable {
  const rest = table.filter((service) => !isSameService(service, key));
  if (rest.length === table.length) throw noSuchService(key);
  return rest;
}

/** Puts the server at the head of the service's list. */
export function addServer(table: ServiceTable, key: ServiceKey, server: ServerEntry): ServiceTable {
  return replaceService(table, key, (service) => {
    const added = admitServer(service, server);
    if (service.servers.some((present) => isSameServer(present, added))) throw serverExists(key, added);
    return { ...service, servers: [added, ...service.servers] };
  });
}

/** Leaves the server at its place in the list. */
export function editServer(table: ServiceTable, key: ServiceKey, server: ServerEntry): ServiceTable {
  return replaceService(table, key, (service) => {
    const edited = admitServer(service, server);
    if (!service.servers.some((present) => isSameServer(present, edited))) throw noSuchServer(key, edited);
    return {
      ...service,
      servers: service.servers.map((present) => (isSameServer(present, edited) ? edited : present)),
    };
  });
}

export function deleteServer(table: ServiceTable, key: ServiceKey, server: Endpoint): ServiceTable {
  return replaceService(table, key, (service) => {
    const named = { ...server, port: server.port || service.port };
    const rest = service.servers.filter((present) => !isSameServer(present, named));
    if (rest.length === service.servers.length) throw noSuchServer(key, named);
    return { ...service, servers: rest };
  });
}

function isSameServer(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

function replaceService(
  table: ServiceTable,
  key: ServiceKey,
  change: (service: ServiceEntry) => ServiceEntry,
): ServiceTable {
  const index = table.findIndex((service) => isSameService(service, key));
  const service = table[index];
  if (service === undefined) throw noSuchService(key);
  return table.with(index, change(service));
}

/**
 * The server as the service takes it. VS-DR and VS-TUN leave ports alone, so their servers listen on the
 * service's port whatever was asked for; under VS-NAT port 0 asks for the same.
 */
function admitServer(service: ServiceEntry, server: ServerEntry): ServerEntry {
  if (!isUnicast(server.address)) throw serverNotUnicast(server);
  if (server.lowerThreshold > server.upperThreshold) {
    throw thresholdsReversed(server, server.lowerThreshold, server.upperThreshold);
  }
  const keepsPort = server.method !== 'nat' || server.port === 0;
  return keepsPort ? { ...server, port: service.port } : server;
}

/** What the kernel's inet_addr_type() says without looking at routes. */
function isUnicast(address: Ipv4): boolean {
  const value = ipv4ToNumber(address);
  const isMulticast = value >>> 28 === 0xe;
  return value !== 0 && value !== 0xffffffff && !isMulticast;
}
