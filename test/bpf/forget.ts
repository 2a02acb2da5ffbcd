// Takes all connections out of a director's tables, the counts of them, and whom it has told by ICMP, so that tests that share one do not meet
// those of each other: to load it takes the verifier seconds, and in a VM a minute.

import type { Maps } from '../../src/dataplane/maps.ts';

interface Table<K> {
  entries(): Iterable<{ readonly key: K }>;
  delete(key: K): void;
}

function empty<K>(table: Table<K>): void {
  for (const { key } of [...table.entries()]) table.delete(key);
}

/** No packet may come meanwhile. */
export function forgetConnections(maps: Maps): void {
  empty(maps.flows);
  empty(maps.templates);
  empty(maps.calls);
  empty(maps.datagrams);
  empty(maps.destinations);
  empty(maps.icmpHosts);
  maps.icmpAll.set({ value: 0 }, { value: 0 });
  for (const { value } of maps.serverIndex.entries()) {
    maps.connectionCounts.set(value, { active: 0, inactive: 0, persistent: 0, overloaded: 0 });
  }
  maps.occupancy.set({ value: 0 }, { entries: 0, openers: 0, slot: 0, number: 0, slots_left: 0 });
}
