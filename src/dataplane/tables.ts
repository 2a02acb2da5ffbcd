// The configuration as it lies in the maps: which rows, indices and ids each service and server has.

import type { ServerEntry, ServiceEntry, ServiceKey, ServiceTable } from '../director/mod.ts';
import {
  type ForwardingMethod,
  type Ipv4,
  ipv4FromNumber,
  ipv4ToNumber,
  type SchedulerName,
  type TransportProtocol,
} from '../model/mod.ts';
import { lvsFamily, lvsMethod, lvsScheduler, type lvsServerKey, type lvsService, type lvsServiceKey } from './abi.ts';
import type { ValuesOf } from './layout.ts';
import type { Maps } from './maps.ts';

export type RawServiceKey = ValuesOf<typeof lvsServiceKey>;
export type RawService = ValuesOf<typeof lvsService>;
export type RawServerKey = ValuesOf<typeof lvsServerKey>;

/** From <linux/in.h>. */
const PROTOCOLS: Readonly<Record<TransportProtocol, number>> = { tcp: 6, udp: 17 };

const METHODS: Readonly<Record<ForwardingMethod, number>> = {
  nat: lvsMethod.LVS_NAT,
  dr: lvsMethod.LVS_DR,
  tun: lvsMethod.LVS_TUN,
};

const SCHEDULERS = { rr: lvsScheduler.LVS_SCHED_RR, wrr: lvsScheduler.LVS_SCHED_WRR } as const;

function keyOfValue<K extends string>(table: Readonly<Record<K, number>>, value: number): K {
  const found = (Object.entries(table) as [K, number][]).find(([, number]) => number === value);
  if (found === undefined) throw new RangeError(`${value} is none of ${Object.keys(table).join(', ')}`);
  return found[0];
}

export function protocolOf(raw: number): TransportProtocol {
  return keyOfValue(PROTOCOLS, raw);
}

export function encodeMethod(method: ForwardingMethod): number {
  return METHODS[method];
}

export function encodeScheduler(scheduler: keyof typeof SCHEDULERS): number {
  return SCHEDULERS[scheduler];
}

/** IPv4 in the first of the four words. */
export function encodeAddress(address: Ipv4): readonly number[] {
  return [ipv4ToNumber(address), 0, 0, 0];
}

function decodeAddress(words: readonly number[]): Ipv4 {
  return ipv4FromNumber(words[0] ?? 0);
}

export function encodeServiceKey(key: ServiceKey): RawServiceKey {
  return {
    addr: encodeAddress(key.address),
    port: key.port,
    protocol: PROTOCOLS[key.protocol],
    family: lvsFamily.LVS_IPV4,
  };
}

export function decodeServiceKey(raw: RawServiceKey): ServiceKey {
  return { protocol: protocolOf(raw.protocol), address: decodeAddress(raw.addr), port: raw.port };
}

export function encodeServerKey(service: ServiceKey, server: { address: Ipv4; port: number }): RawServerKey {
  return {
    service: encodeServiceKey(service),
    addr: encodeAddress(server.address),
    port: server.port,
    family: lvsFamily.LVS_IPV4,
  };
}

export function formatServiceKey(key: ServiceKey): string {
  return `${key.protocol} ${key.address}:${key.port}`;
}

/** A service with the numbers that the maps know it by. `serverIds` is in the order of `entry.servers`. */
export interface InstalledService {
  readonly entry: ServiceEntry;
  readonly raw: RawService;
  readonly serverIds: readonly number[];
}

function readService(maps: Maps, rawKey: RawServiceKey, raw: RawService): InstalledService {
  const serverIds: number[] = [];
  const servers: ServerEntry[] = [];
  for (let row = raw.members_base; row < raw.members_base + raw.members_count; row++) {
    const member = maps.members.get({ value: row });
    const server = member && maps.servers.get({ value: member.server });
    if (member === undefined || server === undefined) throw new RangeError(`row ${row} is outside the table`);
    serverIds.push(member.server);
    servers.push({
      address: decodeAddress(server.addr),
      port: server.port,
      method: keyOfValue(METHODS, member.method),
      weight: member.weight,
      upperThreshold: member.upper_threshold,
      lowerThreshold: member.lower_threshold,
    });
  }
  const scheduler: SchedulerName = keyOfValue(SCHEDULERS, raw.scheduler);
  return { entry: { ...decodeServiceKey(rawKey), scheduler, servers }, raw, serverIds };
}

/** Every service, newest first. */
export function readInstalled(maps: Maps): InstalledService[] {
  return [...maps.services.entries()]
    .map(({ key, value }) => readService(maps, key, value))
    .sort((a, b) => b.raw.sequence - a.raw.sequence);
}

export function tableOf(installed: readonly InstalledService[]): ServiceTable {
  return installed.map((service) => service.entry);
}
