// Schedule tables: in which order a table scheduler hands out the servers of a service. The data plane walks the
// table row by row and starts over at its end. Pure; the order is the kernel's own (net/netfilter/ipvs, v6.1).

import type { SchedulerName } from '../model/mod.ts';

/** Schedulers whose decisions are a fixed cycle. */
export const TABLE_SCHEDULERS = ['rr', 'wrr'] as const satisfies readonly SchedulerName[];
export type TableScheduler = (typeof TABLE_SCHEDULERS)[number];

export function isTableScheduler(name: SchedulerName): name is TableScheduler {
  return (TABLE_SCHEDULERS as readonly SchedulerName[]).includes(name);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Servers with a weight, once each, in list order (ip_vs_rr.c). */
function roundRobin(weights: readonly number[]): number[] {
  return weights.flatMap((weight, index) => (weight > 0 ? [index] : []));
}

/**
 * ip_vs_wrr.c: the current weight falls from the greatest one in steps of the greatest common divisor, and at each
 * step the servers of at least that weight follow in list order.
 */
function weightedRoundRobin(weights: readonly number[]): number[] {
  const step = weights.reduce(greatestCommonDivisor, 0);
  if (step === 0) return [];
  const table: number[] = [];
  for (let current = Math.max(...weights); current > 0; current -= step) {
    for (const [index, weight] of weights.entries()) if (weight >= current) table.push(index);
  }
  return table;
}

/** Rows of the table, without building it: what weights like 60000 and 59999 would take. */
export function scheduleTableLength(scheduler: TableScheduler, weights: readonly number[]): number {
  if (scheduler === 'rr') return roundRobin(weights).length;
  const step = weights.reduce(greatestCommonDivisor, 0);
  return step === 0 ? 0 : weights.reduce((sum, weight) => sum + weight, 0) / step;
}

/**
 * The cycle, each row an index into `weights`. Weight 0 is never in it; no server with a weight gives an empty table.
 *
 * @param weights one per server, in IPVS's list order: the server added last comes first
 */
export function buildScheduleTable(scheduler: TableScheduler, weights: readonly number[]): number[] {
  return scheduler === 'rr' ? roundRobin(weights) : weightedRoundRobin(weights);
}

/**
 * Where a walk goes on when its table is replaced: behind the server that was handed out last, as the kernel's
 * pointer into its list would be; at the beginning when that one is gone.
 *
 * @param last what was handed out last, in terms of the new table; undefined when nothing was, or it is gone
 */
export function resumeSchedule(table: readonly number[], last: number | undefined): number {
  if (last === undefined || table.length === 0) return 0;
  const row = table.indexOf(last);
  return row >= 0
    ? (row + 1) % table.length
    : Math.max(
        0,
        table.findIndex((index) => index > last),
      );
}
