// The connection table as the listings want it: one entry a connection, with the time that it has left.

import type { Connection } from '../director/mod.ts';
import { type lvsCall, lvsDirection, lvsFlowFlags, lvsLimits, lvsState, lvsTupleKind } from './abi.ts';
import { decodeAddress, markAsAddress, nameOf, PROTOCOLS, stateName } from './codes.ts';
import { readConfig } from './config.ts';
import type { ValuesOf } from './layout.ts';
import type { Maps } from './maps.ts';

/** A connection is due up to a slot of the timing wheel after its expiry. */
const SLOT_NS = 2 ** lvsLimits.LVS_WHEEL_SLOT_SHIFT;

/** @param nowNs CLOCK_MONOTONIC */
export function readConnections(maps: Maps, nowNs: number): readonly Connection[] {
  const { timeout_s: timeouts } = readConfig(maps);
  const flows = [...maps.flows.entries()];
  const repliesSeenNs = new Map(
    flows
      .filter(({ value }) => value.direction === lvsDirection.LVS_TO_CLIENT)
      .map(({ value }) => [JSON.stringify(value.peer), value.last_seen_ns]),
  );
  return flows.flatMap(({ key, value }) => {
    const state = stateName(value.state);
    if (value.direction !== lvsDirection.LVS_TO_SERVER || value.state >= lvsState.LVS_S_COUNT || !state) return [];
    const seenNs = Math.max(value.last_seen_ns, repliesSeenNs.get(JSON.stringify(key)) ?? 0);
    const expiresNs = seenNs + (value.timeout_s || (timeouts[value.state] ?? 0)) * 1e9;
    const protocol = nameOf(PROTOCOLS, key.protocol);
    const virtual = protocol === 'ip' ? markAsAddress(key.dst[0] ?? 0, key.family) : decodeAddress(key.dst, key.family);
    const call = key.kind === lvsTupleKind.LVS_CALL ? maps.calls.get(key) : undefined;
    const connection: Connection = {
      protocol,
      state: (value.flags & lvsFlowFlags.LVS_FLOW_ASSURED) === 0 ? state : 'ASSURED',
      // A template with connections under it is looked at again later.
      expiresMs: Math.max(0, (Math.max(expiresNs, isWaiting(value) ? value.due_ns - SLOT_NS : 0) - nowNs) / 1e6),
      client: { address: decodeAddress(call?.client ?? key.src, key.family), port: key.sport },
      virtual: { address: virtual, port: key.dport },
      server: { address: decodeAddress(value.to_addr, value.to_family), port: value.to_port },
      isTemplate: key.kind === lvsTupleKind.LVS_TEMPLATE || key.kind === lvsTupleKind.LVS_CALL,
      ...(call === undefined ? {} : { persistenceData: { engine: 'sip', data: callIdOf(call) } }),
    };
    return [connection];
  });
}

/** Its bytes as ISO 8859-1, which is what the kernel takes them for. */
function callIdOf(call: ValuesOf<typeof lvsCall>): string {
  return Buffer.from(call.id.slice(0, call.length)).toString('latin1');
}

function isWaiting(flow: { readonly children: number }): boolean {
  return flow.children > 0;
}
