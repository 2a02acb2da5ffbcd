// The director's maps by name, opened from one state directory.

import { join } from 'node:path';
import {
  lvsAddressKey,
  lvsCall,
  lvsChild,
  lvsConfig,
  lvsConnectionCounts,
  lvsDatagram,
  lvsDatagramKey,
  lvsDestination,
  lvsDestinationKey,
  lvsFlow,
  lvsHeld,
  lvsMember,
  lvsOccupancy,
  lvsRealServer,
  lvsServer,
  lvsServerKey,
  lvsService,
  lvsServiceKey,
  lvsStats,
  lvsTuple,
  lvsZero,
  lvsZeroKey,
} from './abi.ts';
import { BpfArray } from './bpf-array.ts';
import { BpfMap, PerCpuMap, U32, U64 } from './bpf-map.ts';

/** Opens the pinned maps of bpf/maps.h. Throws BPF_MAP_FAILED. */
export function openMaps(directory: string) {
  const at = (name: string) => join(directory, name);
  return {
    flows: new BpfMap(at('lvs_flows'), lvsTuple, lvsFlow),
    templates: new BpfMap(at('lvs_templates'), lvsTuple, lvsChild),
    addresses: new BpfMap(at('lvs_addresses'), lvsAddressKey, U32),
    held: new BpfMap(at('lvs_held'), lvsZeroKey, lvsHeld),
    datagrams: new BpfMap(at('lvs_datagrams'), lvsDatagramKey, lvsDatagram),
    icmpAll: new BpfArray(at('lvs_icmp_all'), U64),
    icmpHosts: new BpfMap(at('lvs_icmp_hosts'), lvsAddressKey, U64),
    calls: new BpfMap(at('lvs_calls'), lvsTuple, lvsCall),
    realServers: new BpfMap(at('lvs_real_servers'), lvsServiceKey, lvsRealServer),
    services: new BpfMap(at('lvs_services'), lvsServiceKey, lvsService),
    cursors: new BpfArray(at('lvs_cursors'), U64),
    members: new BpfArray(at('lvs_members'), lvsMember),
    slots: new BpfArray(at('lvs_slots'), U32),
    servers: new BpfArray(at('lvs_servers'), lvsServer),
    serverIndex: new BpfMap(at('lvs_server_index'), lvsServerKey, U32),
    connectionCounts: new BpfArray(at('lvs_connection_counts'), lvsConnectionCounts),
    serverStats: new PerCpuMap(at('lvs_server_stats'), U32, lvsStats),
    serviceStats: new PerCpuMap(at('lvs_service_stats'), U32, lvsStats),
    zeroes: new BpfMap(at('lvs_zeroes'), lvsZeroKey, lvsZero),
    drops: new PerCpuMap(at('lvs_drops'), U32, U64),
    destinations: new BpfMap(at('lvs_destinations'), lvsDestinationKey, lvsDestination),
    occupancy: new BpfArray(at('lvs_occupancy'), lvsOccupancy),
    config: new BpfMap(at('lvs_config'), U32, lvsConfig),
  };
}

export type Maps = ReturnType<typeof openMaps>;

/** Gives the file descriptors back; the maps live on by their pins. */
export function closeMaps(maps: Maps): void {
  for (const map of Object.values(maps)) map.close();
}
