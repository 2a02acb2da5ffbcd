// CPU time per exchange, from the sums over all visits at one size: /proc/stat counts softirq in steps of 10 ms,
// which only the sum of many visits makes fine enough.

import type { BlockSample } from '../model/mod.ts';
import type { CpuPerExchange } from './analysis.ts';

/** Undefined for no visits or no exchanges. */
export function sumCpu(visits: readonly BlockSample[]): CpuPerExchange | undefined {
  const [first] = visits;
  const exchanges = sum(visits, (visit) => visit.exchanges);
  if (first === undefined || exchanges === 0) return undefined;
  const machines = new Set(visits.flatMap((visit) => Object.keys(visit.cpu.processNs)));
  return {
    sizeBytes: first.sizeBytes,
    exchanges,
    use: {
      processNs: Object.fromEntries(
        [...machines].map((name) => [name, sum(visits, (visit) => visit.cpu.processNs[name] ?? 0) / exchanges]),
      ),
      softirqNs: sum(visits, (visit) => visit.cpu.softirqNs) / exchanges,
      elapsedNs: sum(visits, (visit) => visit.cpu.elapsedNs) / exchanges,
    },
  };
}

function sum(visits: readonly BlockSample[], of: (visit: BlockSample) => number): number {
  return visits.reduce((total, visit) => total + of(visit), 0);
}
