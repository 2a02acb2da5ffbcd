// The director's maps by name, opened from one state directory.

import { join } from 'node:path';
import {
  lvsConfig,
  lvsConnectionCounts,
  lvsFlow,
  lvsMember,
  lvsServer,
  lvsServerKey,
  lvsService,
  lvsServiceKey,
  lvsStats,
  lvsTuple,
  lvsZero,
  lvsZeroKey,
} from './abi.ts';
import { BpfMap, PerCpuMap, U32, U64 } from './bpf-map.ts';

/** Opens the pinned maps of bpf/maps.h. Throws BPF_MAP_FAILED. */
export function openMaps(directory: string) {
  const at = (name: string) => join(directory, name);
  return {
    flows: new BpfMap(at('lvs_flows'), lvsTuple, lvsFlow),
    services: new BpfMap(at('lvs_services'), lvsServiceKey, lvsService),
    cursors: new BpfMap(at('lvs_cursors'), U32, U64),
    members: new BpfMap(at('lvs_members'), U32, lvsMember),
    slots: new BpfMap(at('lvs_slots'), U32, U32),
    servers: new BpfMap(at('lvs_servers'), U32, lvsServer),
    serverIndex: new BpfMap(at('lvs_server_index'), lvsServerKey, U32),
    connectionCounts: new BpfMap(at('lvs_connection_counts'), U32, lvsConnectionCounts),
    serverStats: new PerCpuMap(at('lvs_server_stats'), U32, lvsStats),
    serviceStats: new PerCpuMap(at('lvs_service_stats'), U32, lvsStats),
    zeroes: new BpfMap(at('lvs_zeroes'), lvsZeroKey, lvsZero),
    drops: new PerCpuMap(at('lvs_drops'), U32, U64),
    config: new BpfMap(at('lvs_config'), U32, lvsConfig),
  };
}

export type Maps = ReturnType<typeof openMaps>;

/** Gives the file descriptors back; the maps live on by their pins. */
export function closeMaps(maps: Maps): void {
  for (const map of Object.values(maps)) map.close();
}
