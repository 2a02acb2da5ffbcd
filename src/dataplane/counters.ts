// Counters and rates of the maps, summed over CPUs and taken from their last zeroing.

import type { Counters, Rates } from '../director/mod.ts';
import { lvsCounter, lvsRate, type lvsStats } from './abi.ts';
import type { ValuesOf } from './layout.ts';

/** LVS_RATE_PERIOD_NS and LVS_RATE_FRACTION_BITS of bpf/abi.h, as the estimator uses them. */
export interface RateScale {
  readonly periodNs: number;
  readonly fractionBits: number;
}

export const RATE_SCALE: RateScale = {
  periodNs: lvsRate.LVS_RATE_PERIOD_NS,
  fractionBits: lvsRate.LVS_RATE_FRACTION_BITS,
};

export type CpuStats = ValuesOf<typeof lvsStats>;

/** Counts since the director was loaded, by enum lvs_counter. `held` is what flows have not handed over yet. */
export function sumCounts(cpus: readonly CpuStats[], held: readonly number[] | undefined): number[] {
  return Array.from(
    { length: lvsCounter.LVS_COUNTERS },
    (_, counter) => cpus.reduce((sum, cpu) => sum + (cpu.count[counter] ?? 0), 0) + (held?.[counter] ?? 0),
  );
}

/** @param zero the counts at the last `-Z`, by enum lvs_counter */
export function sumCounters(
  cpus: readonly CpuStats[],
  held: readonly number[] | undefined,
  zero: readonly number[] | undefined,
): Counters {
  const counts = sumCounts(cpus, held);
  const since = (counter: number) => (counts[counter] ?? 0) - (zero?.[counter] ?? 0);
  return {
    connections: since(lvsCounter.LVS_COUNT_CONNECTIONS),
    inPackets: since(lvsCounter.LVS_COUNT_IN_PACKETS),
    outPackets: since(lvsCounter.LVS_COUNT_OUT_PACKETS),
    inBytes: since(lvsCounter.LVS_COUNT_IN_BYTES),
    outBytes: since(lvsCounter.LVS_COUNT_OUT_BYTES),
  };
}

/**
 * A CPU's average as of now: the data plane closes a period when the next packet comes, so the periods since its
 * last packet are closed here in the same way (bpf/stats.h).
 */
export function rateNow(cpu: CpuStats, counter: number, nowNs: number, scale: RateScale): number {
  const periods = Math.floor((nowNs - cpu.period_start_ns) / scale.periodNs);
  const average = cpu.rate[counter] ?? 0;
  if (periods < 1) return average;
  const moved = (cpu.count[counter] ?? 0) - (cpu.period_start_count[counter] ?? 0);
  const rate = (moved * 2 ** scale.fractionBits) / (scale.periodNs / 1e9);
  return (average + (rate - average) / 4) * 0.75 ** (periods - 1);
}

/** @param nowNs CLOCK_MONOTONIC */
export function sumRates(cpus: readonly CpuStats[], nowNs: number, scale: RateScale): Rates {
  const sum = (counter: number) => {
    const total = cpus.reduce((rate, cpu) => rate + rateNow(cpu, counter, nowNs, scale), 0);
    return Math.floor((total + 2 ** (scale.fractionBits - 1) - 1) / 2 ** scale.fractionBits);
  };
  return {
    connectionsPerSecond: sum(lvsCounter.LVS_COUNT_CONNECTIONS),
    inPacketsPerSecond: sum(lvsCounter.LVS_COUNT_IN_PACKETS),
    outPacketsPerSecond: sum(lvsCounter.LVS_COUNT_OUT_PACKETS),
    inBytesPerSecond: sum(lvsCounter.LVS_COUNT_IN_BYTES),
    outBytesPerSecond: sum(lvsCounter.LVS_COUNT_OUT_BYTES),
  };
}
