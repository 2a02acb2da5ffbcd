// NetPIPE's result file as the paper's gnuplot scripts read it: five columns and no heading.

import type { SizePoint, SystemAnalysis } from '../analysis/mod.ts';
import type { SystemName, TransferName } from '../model/mod.ts';

/** NetPIPE 2.3 divides by 2²⁰ where it says Mbps. Everything else in lvskit takes 10⁶ bit/s. */
const BITS_PER_NETPIPE_MEGABIT = 2 ** 20;

/** @param transfer of a service; without one, netpipe's blocks */
export function outFileName(system: SystemName, transfer?: TransferName): string {
  return `${transfer === undefined ? '' : `${transfer}-`}${system}.out`;
}

/**
 * A line a block size, ascending: seconds one way, Mbps (of 2²⁰ bit/s), bits, bytes, variance of the seconds over the
 * rounds. Seconds are what the report shows, with nine decimals where the paper had six.
 */
export function formatOutFile({ points }: SystemAnalysis): string {
  return points.map((point) => `${formatPoint(point)}\n`).join('');
}

function formatPoint({ sizeBytes, oneWayNs, varianceNs2 }: SizePoint): string {
  const seconds = oneWayNs.value / 1e9;
  const bits = sizeBytes * 8;
  const mbps = bits / seconds / BITS_PER_NETPIPE_MEGABIT;
  return [seconds.toFixed(9), mbps.toFixed(6), bits, sizeBytes, (varianceNs2 / 1e18).toExponential(6)].join('\t');
}
