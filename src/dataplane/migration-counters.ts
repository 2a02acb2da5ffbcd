// Taking over the counters of a director of another version, when no packet comes to it any more. They are added to
// this version's by the kernel (bpf/import.h), as packets are being counted there already.

import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicNs } from '../system/mod.ts';
import { lvsCarry, lvsCarryKind, lvsCounter, lvsDirection, lvsPending } from './abi.ts';
import { type CpuStats, RATE_SCALE, rateNow, sumCounts } from './counters.ts';
import { runFailed } from './errors.ts';
import type { ForeignMaps } from './foreign-maps.ts';
import { decode, encode, type Values } from './layout.ts';
import { lastErrno, libbpf, RUN_OPTS_BYTES } from './libbpf.ts';
import { type Enums, translate } from './vocabulary.ts';

/** Pinned beside the maps. */
export const CARRY_PROGRAM = 'lvs_carry';

const ETHERNET_HEADER_BYTES = 14;

/** By id: counts by enum lvs_counter. */
type Counts = Map<number, number[]>;

/** @param directory where the maps and programs are pinned that take them; throws BPF_MAP_FAILED, BPF_RUN_FAILED */
export function carryCounters(theirs: ForeignMaps, enums: Enums, directory: string): void {
  const program = libbpf().objGet(join(directory, CARRY_PROGRAM));
  if (program < 0) throw runFailed(CARRY_PROGRAM, lastErrno());
  try {
    const carry = (values: Partial<Values<(typeof lvsCarry)['fields']>>) => run(program, values);
    const held = sumHeld(theirs);
    carryStats(theirs, 'lvs_service_stats', held.services, (id, stats) => {
      carry({ kind: lvsCarryKind.LVS_CARRY_SERVICE, id, ...stats });
    });
    const loads = theirs.has('lvs_connection_counts') ? theirs.open('lvs_connection_counts') : undefined;
    carryStats(theirs, 'lvs_server_stats', held.servers, (id, stats) => {
      const overloaded = (loads?.map.get({ value: id }) as { overloaded?: number } | undefined)?.overloaded ?? 0;
      carry({ kind: lvsCarryKind.LVS_CARRY_SERVER, id, ...stats, overloaded });
    });
    if (!theirs.has('lvs_drops')) return;
    const drops = theirs.openPerCpu('lvs_drops').map;
    for (const [from, id] of translate(enums, 'lvs_drop')) {
      const cpus = (drops.get({ value: from }) ?? []) as unknown as readonly { readonly value: number }[];
      const packets = cpus.reduce((sum, { value }) => sum + value, 0);
      if (packets > 0) carry({ kind: lvsCarryKind.LVS_CARRY_DROPS, id, count: [packets] });
    }
  } finally {
    closeSync(program);
  }
}

function run(program: number, values: Partial<Values<(typeof lvsCarry)['fields']>>): void {
  const frame = new Uint8Array(ETHERNET_HEADER_BYTES + lvsCarry.size);
  frame.set(encode(lvsCarry, values), ETHERNET_HEADER_BYTES);
  const options = { sz: RUN_OPTS_BYTES, data_in: frame, data_size_in: frame.length };
  if (libbpf().programRun(program, options) !== 0) throw runFailed(CARRY_PROGRAM, lastErrno());
}

function carryStats(
  theirs: ForeignMaps,
  name: string,
  held: Counts,
  carry: (id: number, stats: { readonly count: readonly number[]; readonly rate: readonly number[] }) => void,
): void {
  if (!theirs.has(name)) return;
  const nowNs = monotonicNs();
  for (const { key, values } of theirs.openPerCpu(name).map.entries()) {
    const { value: id } = key as unknown as { value: number };
    const cpus = values as unknown as readonly CpuStats[];
    const count = sumCounts(cpus, held.get(id));
    const rate = count.map((_, counter) =>
      Math.round(cpus.reduce((sum, cpu) => sum + rateNow(cpu, counter, nowNs, RATE_SCALE), 0)),
    );
    carry(id, { count, rate });
  }
}

/** What flows have counted and not handed over. */
function sumHeld(theirs: ForeignMaps): { readonly services: Counts; readonly servers: Counts } {
  const { map, value } = theirs.open('lvs_flows');
  const [services, servers]: [Counts, Counts] = [new Map(), new Map()];
  const at = (name: string) => value.fields[name]?.offset ?? 0;
  if (!('pending' in value.fields)) return { services, servers };
  const layout = {
    size: value.size,
    fields: {
      // Its upper half by itself: all of it has more digits than a number.
      pending: { offset: at('pending'), scalar: 'u32', count: 2 },
      direction: { offset: at('direction'), scalar: 'u8' },
      server: { offset: at('server'), scalar: 'u32' },
      service: { offset: at('service'), scalar: 'u32' },
    },
  } as const;
  for (const bytes of map.rawValues()) {
    const { pending, server, service, direction } = decode(layout, bytes);
    const [low = 0, high = 0] = pending;
    if (low === 0 && high === 0) continue;
    const upperBits = lvsPending.LVS_PENDING_PACKETS_SHIFT - 32;
    const counted = [high >>> upperBits, (high & ((1 << upperBits) - 1)) * 2 ** 32 + low] as const;
    const isInbound = direction === lvsDirection.LVS_TO_SERVER;
    add(services, service, counted, isInbound);
    add(servers, server, counted, isInbound);
  }
  return { services, servers };
}

function add(counts: Counts, id: number, [packets, bytes]: readonly [number, number], isInbound: boolean): void {
  const sum = counts.get(id) ?? new Array<number>(lvsCounter.LVS_COUNTERS).fill(0);
  const [packetsAt, bytesAt] = isInbound
    ? [lvsCounter.LVS_COUNT_IN_PACKETS, lvsCounter.LVS_COUNT_IN_BYTES]
    : [lvsCounter.LVS_COUNT_OUT_PACKETS, lvsCounter.LVS_COUNT_OUT_BYTES];
  sum[packetsAt] = (sum[packetsAt] ?? 0) + packets;
  sum[bytesAt] = (sum[bytesAt] ?? 0) + bytes;
  counts.set(id, sum);
}
