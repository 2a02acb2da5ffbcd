// What flows have counted and not yet handed over to their server's and service's counters (bpf/stats.h). Written
// for a table of a million flows: it reads the few fields it needs and decodes nothing else.

import { lvsCounter, lvsDirection, lvsFlow, lvsPending } from './abi.ts';
import type { BpfMap } from './bpf-map.ts';
import type { Layout } from './layout.ts';

/** By server index and by service id: counts by enum lvs_counter. */
export interface HeldCounts {
  readonly servers: ReadonlyMap<number, readonly number[]>;
  readonly services: ReadonlyMap<number, readonly number[]>;
}

const { pending, direction, server, service } = lvsFlow.fields;
const PACKETS_UNIT = 2 ** (lvsPending.LVS_PENDING_PACKETS_SHIFT - 32);

function add(counts: Map<number, number[]>, id: number, inbound: boolean, packets: number, bytes: number): void {
  let row = counts.get(id);
  if (row === undefined) {
    row = new Array<number>(lvsCounter.LVS_COUNTERS).fill(0);
    counts.set(id, row);
  }
  const packetsAt = inbound ? lvsCounter.LVS_COUNT_IN_PACKETS : lvsCounter.LVS_COUNT_OUT_PACKETS;
  const bytesAt = inbound ? lvsCounter.LVS_COUNT_IN_BYTES : lvsCounter.LVS_COUNT_OUT_BYTES;
  row[packetsAt] = (row[packetsAt] ?? 0) + packets;
  row[bytesAt] = (row[bytesAt] ?? 0) + bytes;
}

export function readHeldCounts(flows: BpfMap<Layout, Layout>): HeldCounts {
  const servers = new Map<number, number[]>();
  const services = new Map<number, number[]>();
  for (const value of flows.rawValues()) {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const low = view.getUint32(pending.offset, true);
    const high = view.getUint32(pending.offset + 4, true);
    if (low === 0 && high === 0) continue;
    const packets = Math.floor(high / PACKETS_UNIT);
    const bytes = (high % PACKETS_UNIT) * 2 ** 32 + low;
    const inbound = view.getUint8(direction.offset) === lvsDirection.LVS_TO_SERVER;
    add(servers, view.getUint32(server.offset, true), inbound, packets, bytes);
    add(services, view.getUint32(service.offset, true), inbound, packets, bytes);
  }
  return { servers, services };
}
