// The configuration as it lies in the maps: which rows, indices and ids each service and server has.

import {
  isMarkKey,
  type Persistence,
  type SchedulerFlag,
  type ServerEntry,
  type ServiceEntry,
  type ServiceKey,
  type ServiceTable,
  type Tunnel,
  type TunnelChecksum,
} from '../director/mod.ts';
import { familyOf, type IpAddress } from '../model/mod.ts';
import {
  lvsFamily,
  type lvsMember,
  type lvsServer,
  type lvsServerKey,
  type lvsService,
  lvsServiceFlags,
  type lvsServiceKey,
  lvsTunnel,
  lvsTunnelFlags,
} from './abi.ts';
import {
  decodeAddress,
  decodePrefixMask,
  encodeAddress,
  encodePrefixMask,
  FAMILIES,
  METHODS,
  nameOf,
  PROTOCOLS,
  SCHEDULER_FLAGS,
  SCHEDULERS,
  TUNNELS,
} from './codes.ts';
import type { ValuesOf } from './layout.ts';
import type { Maps } from './maps.ts';
import { spanOf } from './regions.ts';
import type { Column, Rows } from './rows.ts';

export type RawServiceKey = ValuesOf<typeof lvsServiceKey>;
export type RawService = ValuesOf<typeof lvsService>;
export type RawServerKey = ValuesOf<typeof lvsServerKey>;
export type RawMember = ValuesOf<typeof lvsMember>;
export type RawServer = ValuesOf<typeof lvsServer>;

export function encodeServiceKey(key: ServiceKey): RawServiceKey {
  if (isMarkKey(key))
    return { addr: [key.mark, 0, 0, 0], port: 0, protocol: PROTOCOLS.ip, family: FAMILIES[key.family] };
  return {
    addr: encodeAddress(key.address),
    port: key.port,
    protocol: PROTOCOLS[key.protocol],
    family: FAMILIES[familyOf(key.address)],
  };
}

export function decodeServiceKey(raw: RawServiceKey): ServiceKey {
  const family = nameOf(FAMILIES, raw.family);
  const protocol = nameOf(PROTOCOLS, raw.protocol);
  if (protocol === 'ip') return { mark: raw.addr[0] ?? 0, family };
  return { protocol, address: decodeAddress(raw.addr, raw.family), port: raw.port };
}

export function encodeServerKey(service: RawServiceKey, server: { address: IpAddress; port: number }): RawServerKey {
  return {
    service,
    addr: encodeAddress(server.address),
    port: server.port,
    family: FAMILIES[familyOf(server.address)],
  };
}

export function formatServiceKey(key: ServiceKey): string {
  return isMarkKey(key) ? `mark ${key.mark} ${key.family}` : `${key.protocol} ${key.address} ${key.port}`;
}

/** enum lvs_service_flags */
export function encodeServiceFlags(entry: ServiceEntry): number {
  return [
    entry.persistence === undefined ? 0 : lvsServiceFlags.LVS_SERVICE_PERSISTENT,
    entry.persistence?.engine === 'sip' ? lvsServiceFlags.LVS_SERVICE_SIP : 0,
    entry.onePacket ? lvsServiceFlags.LVS_SERVICE_ONE_PACKET : 0,
    isMarkKey(entry) ? lvsServiceFlags.LVS_SERVICE_MARK : 0,
    ...entry.schedulerFlags.map((flag) => SCHEDULER_FLAGS[flag]),
  ].reduce((flags, flag) => flags | flag, 0);
}

export function encodeNetmask(persistence: Persistence | undefined): readonly number[] {
  if (persistence === undefined) return [0, 0, 0, 0];
  const { netmask } = persistence;
  return typeof netmask === 'number' ? encodePrefixMask(netmask) : encodeAddress(netmask);
}

function decodePersistence(raw: RawService, family: number): Persistence | undefined {
  if ((raw.flags & lvsServiceFlags.LVS_SERVICE_PERSISTENT) === 0) return undefined;
  const isIpv4 = family === lvsFamily.LVS_IPV4;
  const persistence = {
    timeoutS: raw.persistence_s,
    netmask: isIpv4 ? decodeAddress(raw.netmask, family) : decodePrefixMask(raw.netmask),
  };
  return (raw.flags & lvsServiceFlags.LVS_SERVICE_SIP) === 0 ? persistence : { ...persistence, engine: 'sip' };
}

/** enum lvs_tunnel, enum lvs_tunnel_flags and the port, of a server of VS-TUN. */
export function encodeTunnel(tunnel: Tunnel | undefined): Pick<RawServer, 'tunnel' | 'tunnel_port' | 'tunnel_flags'> {
  if (tunnel === undefined || tunnel.type === 'ipip') {
    return { tunnel: lvsTunnel.LVS_TUNNEL_IPIP, tunnel_port: 0, tunnel_flags: 0 };
  }
  return {
    tunnel: TUNNELS[tunnel.type],
    tunnel_port: tunnel.type === 'gue' ? tunnel.port : 0,
    tunnel_flags: CHECKSUM_FLAGS[tunnel.checksum],
  };
}

const CHECKSUM_FLAGS: Readonly<Record<TunnelChecksum, number>> = {
  none: 0,
  full: lvsTunnelFlags.LVS_TUNNEL_CSUM,
  remote: lvsTunnelFlags.LVS_TUNNEL_REMCSUM,
};

function decodeTunnel(raw: RawMember): Tunnel {
  const type = nameOf(TUNNELS, raw.tunnel);
  if (type === 'ipip') return { type };
  const checksum = nameOf(CHECKSUM_FLAGS, raw.tunnel_flags);
  return type === 'gre' ? { type, checksum } : { type, checksum, port: raw.tunnel_port };
}

/**
 * A service with the numbers that the maps know it by. `serverIds` is in the order of `entry.servers`; both are decoded
 * when they are first asked for, from what was read together with the service.
 */
export interface InstalledService {
  readonly entry: ServiceEntry;
  readonly raw: RawService;
  readonly serverIds: readonly number[];
}

/** The services, newest first, with the rows of the tables that they are in. */
export interface Configuration {
  readonly services: readonly InstalledService[];
  readonly members: Rows<typeof lvsMember>;
  readonly servers: Rows<typeof lvsServer>;
}

interface ServerList {
  readonly ids: readonly number[];
  readonly servers: readonly ServerEntry[];
}

/** A server's address by its index: one text for all servers at an IPv4 address, of which each may be in many services. */
function addressReader(rows: Rows<typeof lvsServer>): (id: number) => IpAddress {
  const family = rows.column('family');
  const [first, ...others] = [0, 1, 2, 3].map((word) => rows.column('addr', word)) as [Column, ...Column[]];
  const known = new Map<number, IpAddress>();
  return (id) => {
    const word = first(id);
    if (family(id) !== lvsFamily.LVS_IPV4) return decodeAddress([word, ...others.map((next) => next(id))], family(id));
    const address = known.get(word) ?? decodeAddress([word], lvsFamily.LVS_IPV4);
    known.set(word, address);
    return address;
  };
}

/** Reads the lists of servers of services that were read together. */
function serverReader(members: Rows<typeof lvsMember>, rows: Rows<typeof lvsServer>): (raw: RawService) => ServerList {
  const [server, weight, method] = [members.column('server'), members.column('weight'), members.column('method')];
  const [upper, lower] = [members.column('upper_threshold'), members.column('lower_threshold')];
  const port = rows.column('port');
  const addressOf = addressReader(rows);
  const entryAt = (row: number, id: number): ServerEntry => {
    const entry: ServerEntry = {
      address: addressOf(id),
      port: port(id),
      method: nameOf(METHODS, method(row)),
      weight: weight(row),
      upperThreshold: upper(row),
      lowerThreshold: lower(row),
    };
    if (entry.method !== 'tun') return entry;
    const tunnel = decodeTunnel(members.row(row));
    return tunnel.type === 'ipip' ? entry : { ...entry, tunnel };
  };
  return ({ members_base: base, members_count: count }) => {
    const ids = Array.from({ length: count }, (_, place) => server(base + place));
    return { ids, servers: ids.map((id, place) => entryAt(base + place, id)) };
  };
}

function installedService(
  rawKey: RawServiceKey,
  raw: RawService,
  readList: (raw: RawService) => ServerList,
): InstalledService {
  let decoded: ServerList | undefined;
  const list = () => {
    decoded ??= readList(raw);
    return decoded;
  };
  const flags = ([1, 2, 3] as const satisfies readonly SchedulerFlag[]).filter(
    (flag) => (raw.flags & SCHEDULER_FLAGS[flag]) !== 0,
  );
  const entry: ServiceEntry = {
    ...decodeServiceKey(rawKey),
    scheduler: nameOf(SCHEDULERS, raw.scheduler),
    schedulerFlags: flags,
    persistence: decodePersistence(raw, rawKey.family),
    onePacket: (raw.flags & lvsServiceFlags.LVS_SERVICE_ONE_PACKET) !== 0,
    get servers() {
      return list().servers;
    },
  };
  return {
    entry,
    raw,
    get serverIds() {
      return list().ids;
    },
  };
}

type RawEntry = { readonly key: RawServiceKey; readonly value: RawService };

function* serversIn(lists: readonly RawService[], server: Column): Generator<number> {
  for (const { members_base: base, members_count: count } of lists) {
    for (let row = base; row < base + count; row++) yield server(row);
  }
}

/** @param places rows of servers that are read at least, from the first on */
function readLists(maps: Maps, found: readonly RawEntry[], places: number): Configuration {
  const lists = found.map(({ value }) => value).filter((raw) => raw.members_count > 0);
  const ends = lists.flatMap((raw) => [raw.members_base, raw.members_base + raw.members_count - 1]);
  const { base, count } = spanOf(ends);
  const members = maps.members.readRows(base, count);
  const server = members.column('server');
  const inUse = spanOf(serversIn(lists, server));
  const first = places > 0 ? 0 : inUse.base;
  const servers = maps.servers.readRows(first, Math.max(inUse.base + inUse.count, places) - first);
  const readList = serverReader(members, servers);
  return { services: found.map(({ key, value }) => installedService(key, value, readList)), members, servers };
}

/** @param places rows of servers that are read whether a service has them or not, from the first on */
export function readConfiguration(maps: Maps, places = 0): Configuration {
  const found = [...maps.services.entries()].sort((a, b) => b.value.sequence - a.value.sequence);
  return readLists(maps, found, places);
}

/** Every service, newest first. */
export function readInstalled(maps: Maps): readonly InstalledService[] {
  return readConfiguration(maps).services;
}

/** One service; undefined where it is not there. */
export function readInstalledService(maps: Maps, wanted: ServiceKey): InstalledService | undefined {
  const key = encodeServiceKey(wanted);
  const value = maps.services.get(key);
  return value && readLists(maps, [{ key, value }], 0).services[0];
}

export function tableOf(installed: readonly InstalledService[]): ServiceTable {
  return installed.map((service) => service.entry);
}
