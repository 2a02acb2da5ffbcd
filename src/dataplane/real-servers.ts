// The servers of VS-NAT by the address, port and protocol of what they send, for packets that belong to no connection
// (bpf/from_server.h). They are in the maps only while somebody asks: services of SIP, or nat_icmp_send.

import { familyOf } from '../model/mod.ts';
import { lvsFeatures, lvsSetting } from './abi.ts';
import { encodeAddress, FAMILIES } from './codes.ts';
import { readConfig } from './config.ts';
import type { Maps } from './maps.ts';
import { encodeServiceKey, type InstalledService, readInstalled } from './tables.ts';

/** Makes them follow the services in force. The caller holds the lock. */
export function settleRealServers(maps: Maps): void {
  const wanted = isAskedFor(maps) ? readInstalled(maps).toSorted(bySip).flatMap(rowsOf) : [];
  const rows = new Map(wanted.map((row) => [maps.realServers.textOf(row[0]), row]));
  maps.realServers.setAll([...rows.values()]);
  for (const { key } of [...maps.realServers.rawEntries()]) if (!rows.has(key)) maps.realServers.deleteText(key);
}

function isAskedFor(maps: Maps): boolean {
  const { features, setting } = readConfig(maps);
  return (features & lvsFeatures.LVS_HAS_SIP) !== 0 || (setting[lvsSetting.LVS_NAT_ICMP_SEND] ?? 0) !== 0;
}

/** The last row of a server that is in several services holds: those of SIP have more to say than that there is one. */
function bySip(one: InstalledService, other: InstalledService): number {
  return Number(isSip(one)) - Number(isSip(other));
}

function isSip({ entry }: InstalledService): boolean {
  return entry.persistence?.engine === 'sip';
}

function rowsOf({ entry, serverIds }: InstalledService) {
  const service = encodeServiceKey(entry);
  return entry.servers.flatMap((server, place) => {
    const id = serverIds[place];
    if (server.method !== 'nat' || id === undefined) return [];
    const family = FAMILIES[familyOf(server.address)];
    const key = { addr: encodeAddress(server.address), port: server.port, protocol: service.protocol, family };
    return [[key, { service, server: id }] as const];
  });
}
