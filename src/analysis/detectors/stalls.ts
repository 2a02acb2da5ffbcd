// Stalls: transfers that stand still, and times in which none ends. The paper's http and lpr tests stopped for up to a second,
// eight to twelve times a minute, with every new connection a chance for it.
//
// A transfer stalls when it takes over 20 times as long as the shortest (the paper's healthy ones reach 2 to 10), and 40 ms,
// TCP's shortest delay of an acknowledgement: short transfers of some µs are 20 times late whenever a CPU has other work.
// A gap is 200 ms without an end, TCP's shortest retransmission, and three times a usual transfer. False alarms: none from
// noise of the transfers themselves, whose logarithms would have to be off by ln 20; a machine that stands still for
// 200 ms is a true finding, though the network is not to blame. None of 20 clean series of 5000 transfers in tests.

import { median } from '../quantiles.ts';

export interface TimedTransfer {
  readonly startMs: number;
  readonly tookMs: number;
}

export interface Stall {
  readonly kind: 'slow transfer' | 'gap';
  readonly atMs: number;
  readonly lastedMs: number;
}

const TIMES_THE_SHORTEST = 20;
const DELAYED_ACKNOWLEDGEMENT_MS = 40;
const RETRANSMISSION_MS = 200;
const TIMES_THE_USUAL = 3;

/** In the order of time. Of several at once a gap is a time in which none of them ends. */
export function findStalls(transfers: readonly TimedTransfer[]): readonly Stall[] {
  if (transfers.length === 0) return [];
  const times = transfers.map(({ tookMs }) => tookMs);
  const slowMs = Math.max(TIMES_THE_SHORTEST * Math.min(...times), DELAYED_ACKNOWLEDGEMENT_MS);
  const slow = transfers
    .filter(({ tookMs }) => tookMs > slowMs)
    .map(({ startMs, tookMs }): Stall => ({ kind: 'slow transfer', atMs: startMs, lastedMs: tookMs }));
  return [...slow, ...findGaps(transfers, median(times))].toSorted((one, other) => one.atMs - other.atMs);
}

function findGaps(transfers: readonly TimedTransfer[], usualMs: number): readonly Stall[] {
  const leastMs = Math.max(RETRANSMISSION_MS, TIMES_THE_USUAL * usualMs);
  const ends = transfers.map(({ startMs, tookMs }) => startMs + tookMs).toSorted((one, other) => one - other);
  return ends.slice(1).flatMap((endMs, index): readonly Stall[] => {
    const atMs = ends[index] as number;
    return endMs - atMs > leastMs ? [{ kind: 'gap', atMs, lastedMs: endMs - atMs }] : [];
  });
}
