// What happened per second between two readings.

import type { Rates } from '../director/mod.ts';
import type { Counted } from './reading.ts';
import { beganAnew } from './steady.ts';

export const NO_RATES: Rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};

/**
 * The director's own average, which reaches back some seconds, where there is nothing to compare with: at first sight
 * of a service or server, which may have counted for long, and after its counters began anew.
 */
export function ratesBetween(before: Counted | undefined, now: Counted, seconds: number): Rates {
  if (before === undefined || seconds <= 0 || beganAnew(before.counters, now.counters)) return now.rates;
  const per = (from: number, to: number) => Math.max(0, to - from) / seconds;
  return {
    connectionsPerSecond: per(before.counters.connections, now.counters.connections),
    inPacketsPerSecond: per(before.counters.inPackets, now.counters.inPackets),
    outPacketsPerSecond: per(before.counters.outPackets, now.counters.outPackets),
    inBytesPerSecond: per(before.counters.inBytes, now.counters.inBytes),
    outBytesPerSecond: per(before.counters.outBytes, now.counters.outBytes),
  };
}

export function sumRates(rates: readonly Rates[]): Rates {
  const sum = (key: keyof Rates) => rates.reduce((total, one) => total + one[key], 0);
  return {
    connectionsPerSecond: sum('connectionsPerSecond'),
    inPacketsPerSecond: sum('inPacketsPerSecond'),
    outPacketsPerSecond: sum('outPacketsPerSecond'),
    inBytesPerSecond: sum('inBytesPerSecond'),
    outBytesPerSecond: sum('outBytesPerSecond'),
  };
}
