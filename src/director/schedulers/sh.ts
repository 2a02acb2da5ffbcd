// Source hashing (ip_vs_sh.c): 256 buckets, of which each server in its turn gets as many in a row as its weight says.

import { BUCKETS } from './dh.ts';

/** A server of weight zero gets one bucket too; what it does not take is the data plane's to refuse or move on. */
export function buildShTable(weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const table: number[] = [];
  for (let server = 0; table.length < BUCKETS; server = (server + 1) % weights.length) {
    const turns = Math.min(Math.max(1, weights[server] ?? 0), BUCKETS - table.length);
    for (let turn = 0; turn < turns; turn++) table.push(server);
  }
  return table;
}
