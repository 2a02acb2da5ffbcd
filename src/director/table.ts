// Changes to the service table as pure functions from table to table, refusing what IPVS refuses. They know
// nothing of counters, connections or maps: DataPlane.update() makes a change real.

import { type AddressFamily, familyOf, SCHEDULER_NAMES, type SchedulerName } from '../model/mod.ts';
import {
  type Endpoint,
  isMarkKey,
  type Persistence,
  type ServerEntry,
  type ServiceEntry,
  type ServiceKey,
  type ServiceOptions,
  type ServiceTable,
} from './data-plane.ts';
import {
  familyMismatch,
  noSuchServer,
  noSuchService,
  prefixLengthOutOfRange,
  schedulerUnavailable,
  sctpPortChanged,
  serverExists,
  serverNotUnicast,
  serviceExists,
  thresholdsReversed,
  unknownPersistenceEngine,
  unknownScheduler,
} from './errors.ts';
import { isForwardable } from './forwardable.ts';

/** A service without its servers: what `-A` and `-E` say about it. */
export type ServiceSettings = ServiceKey & ServiceOptions;

export function isSameService(one: ServiceKey, other: ServiceKey): boolean {
  if (isMarkKey(one)) return isMarkKey(other) && one.mark === other.mark && one.family === other.family;
  if (isMarkKey(other)) return false;
  return one.protocol === other.protocol && one.address === other.address && one.port === other.port;
}

export function familyOfService(service: ServiceKey): AddressFamily {
  return isMarkKey(service) ? service.family : familyOf(service.address);
}

/** The name as a scheduler of this data plane; raises DIRECTOR_UNKNOWN_SCHEDULER, DIRECTOR_SCHEDULER_UNAVAILABLE. */
export function requireScheduler(name: string, available: readonly SchedulerName[]): SchedulerName {
  const scheduler = SCHEDULER_NAMES.find((known) => known === name);
  if (scheduler === undefined) throw unknownScheduler(name, available);
  if (!available.includes(scheduler)) throw schedulerUnavailable(scheduler, available);
  return scheduler;
}

/** Raises DIRECTOR_UNKNOWN_PERSISTENCE_ENGINE. */
export function requirePersistenceEngine(name: string): NonNullable<Persistence['engine']> {
  if (name !== 'sip') throw unknownPersistenceEngine(name);
  return name;
}

/** Raises DIRECTOR_SERVICE_EXISTS, DIRECTOR_PREFIX_LENGTH_OUT_OF_RANGE. */
export function addService(table: ServiceTable, settings: ServiceSettings): ServiceTable {
  if (table.some((service) => isSameService(service, settings))) throw serviceExists(settings);
  return [{ ...checkedSettings(settings), servers: [] }, ...table];
}

/**
 * Keeps the servers and nothing else: options that are not given are off. Raises DIRECTOR_NO_SUCH_SERVICE, as every
 * function below does.
 */
export function editService(table: ServiceTable, settings: ServiceSettings): ServiceTable {
  return replaceService(table, settings, ({ servers }) => ({ ...checkedSettings(settings), servers }));
}

export function deleteService(table: ServiceTable, key: ServiceKey): ServiceTable {
  const rest = table.filter((service) => !isSameService(service, key));
  if (rest.length === table.length) throw noSuchService(key);
  return rest;
}

/** Puts the server at the head of the service's list. */
export function addServer(table: ServiceTable, key: ServiceKey, server: ServerEntry): ServiceTable {
  return replaceService(table, key, (service) => {
    const added = settleServer(service, server);
    if (service.servers.some((present) => isSameServer(present, added))) throw serverExists(key, added);
    if (!isForwardable(added.address)) throw serverNotUnicast(added);
    return { ...service, servers: [added, ...service.servers] };
  });
}

/** Leaves the server at its place in the list. Its tunnel and thresholds are those given, or none. */
export function editServer(table: ServiceTable, key: ServiceKey, server: ServerEntry): ServiceTable {
  return replaceService(table, key, (service) => {
    const edited = settleServer(service, server);
    if (!service.servers.some((present) => isSameServer(present, edited))) throw noSuchServer(key, edited);
    return {
      ...service,
      servers: service.servers.map((present) => (isSameServer(present, edited) ? edited : present)),
    };
  });
}

export function deleteServer(table: ServiceTable, key: ServiceKey, server: Endpoint): ServiceTable {
  return replaceService(table, key, (service) => {
    const rest = service.servers.filter((present) => !isSameServer(present, server));
    if (rest.length === service.servers.length) throw noSuchServer(key, server);
    return { ...service, servers: rest };
  });
}

/** Whether the server is of another address family than its service, which VS-TUN alone can reach. */
export function isOfOtherFamily(service: ServiceKey, server: Endpoint): boolean {
  return familyOfService(service) !== familyOf(server.address);
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

function checkedSettings(settings: ServiceSettings): ServiceSettings {
  const netmask = settings.persistence?.netmask;
  const isPrefixLength = typeof netmask === 'number' && netmask >= 1 && netmask <= 128;
  if (netmask !== undefined && familyOfService(settings) === 'inet6' && !isPrefixLength) {
    throw prefixLengthOutOfRange(settings, netmask);
  }
  return settings;
}

/** SCTP's checksum covers the ports and the whole packet, but no address. */
function changesSctpPort(service: ServiceEntry, { method, port }: ServerEntry): boolean {
  return !isMarkKey(service) && service.protocol === 'sctp' && method === 'nat' && port !== 0 && port !== service.port;
}

/**
 * The server as the service takes it. VS-DR and VS-TUN leave ports alone, so their servers listen on the
 * service's port whatever was asked for, unless a mark stands for many ports. Under VS-NAT port 0 stands for the
 * port that the packet came to.
 */
function settleServer(service: ServiceEntry, server: ServerEntry): ServerEntry {
  if (server.lowerThreshold > server.upperThreshold) {
    throw thresholdsReversed(server, server.lowerThreshold, server.upperThreshold);
  }
  if (server.method !== 'tun' && isOfOtherFamily(service, server)) throw familyMismatch(service, server);
  if (changesSctpPort(service, server)) throw sctpPortChanged(service, server);
  return server.method === 'nat' || isMarkKey(service) ? server : { ...server, port: service.port };
}
