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

export type RawServiceKey = ValuesOf<typeof lvsServiceKey>;
export type RawService = ValuesOf<typeof lvsService>;
export type RawServerKey = ValuesOf<typeof lvsServerKey>;
type RawMember = ValuesOf<typeof lvsMember>;
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

export function encodeServerKey(service: ServiceKey, server: { address: IpAddress; port: number }): RawServerKey {
  return {
    service: encodeServiceKey(service),
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

/** A service with the numbers that the maps know it by. `serverIds` is in the order of `entry.servers`. */
export interface InstalledService {
  readonly entry: ServiceEntry;
  readonly raw: RawService;
  readonly serverIds: readonly number[];
}

type ServerRows = ReturnType<Maps['servers']['snapshot']>;

function readServers(maps: Maps, rows: ServerRows, raw: RawService): { ids: number[]; servers: ServerEntry[] } {
  const members = maps.members.readRows(raw.members_base, raw.members_count);
  const servers = members.map((member) => {
    const server = rows.row(member.server);
    const method = nameOf(METHODS, member.method);
    const entry: ServerEntry = {
      address: decodeAddress(server.addr, server.family),
      port: server.port,
      method,
      weight: member.weight,
      upperThreshold: member.upper_threshold,
      lowerThreshold: member.lower_threshold,
    };
    const tunnel = decodeTunnel(member);
    return method === 'tun' && tunnel.type !== 'ipip' ? { ...entry, tunnel } : entry;
  });
  return { ids: members.map((member) => member.server), servers };
}

function readService(maps: Maps, rows: ServerRows, rawKey: RawServiceKey, raw: RawService): InstalledService {
  const { ids, servers } = readServers(maps, rows, raw);
  const flags = ([1, 2, 3] as const satisfies readonly SchedulerFlag[]).filter(
    (flag) => (raw.flags & SCHEDULER_FLAGS[flag]) !== 0,
  );
  return {
    entry: {
      ...decodeServiceKey(rawKey),
      scheduler: nameOf(SCHEDULERS, raw.scheduler),
      schedulerFlags: flags,
      persistence: decodePersistence(raw, rawKey.family),
      onePacket: (raw.flags & lvsServiceFlags.LVS_SERVICE_ONE_PACKET) !== 0,
      servers,
    },
    raw,
    serverIds: ids,
  };
}

/** Every service, newest first. */
export function readInstalled(maps: Maps): InstalledService[] {
  const rows = maps.servers.snapshot();
  return [...maps.services.entries()]
    .map(({ key, value }) => readService(maps, rows, key, value))
    .sort((a, b) => b.raw.sequence - a.raw.sequence);
}

export function tableOf(installed: readonly InstalledService[]): ServiceTable {
  return installed.map((service) => service.entry);
}
