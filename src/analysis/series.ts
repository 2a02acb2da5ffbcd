// What the systems of a run are compared by, netpipe's blocks or the transfers of a service, and their times, told through one
// of the systems: the anchor.

import type { SystemName } from '../model/mod.ts';
import { ifObserved, type Line, type Observations } from './observations.ts';
import type { Quantity } from './quantity.ts';

/** The measure of netpipe's blocks; a transfer's is its name. */
export const NETPIPE = 'netpipe';

/** The block that stands for small ones: a packet that carries as little as real requests do. */
const USUAL_SMALL_BLOCK_BYTES = 64;

export interface Series {
  readonly seen: Observations;
  readonly measure: string;
  /** A system's times are its ratios to this one's, times these; its own where it was not measured beside this one. */
  readonly anchor: SystemName;
  /** 64 bytes where netpipe measured them, else the smallest size. */
  readonly smallBytes: number;
  readonly largestBytes: number;
}

/** @param sizesBytes of which the smallest and the largest are looked at closely; not empty */
export function createSeries(
  seen: Observations,
  measure: string,
  systems: readonly SystemName[],
  sizesBytes: readonly number[],
): Series {
  const isUsual = measure === NETPIPE && sizesBytes.includes(USUAL_SMALL_BLOCK_BYTES);
  return {
    seen,
    measure,
    anchor: systems.includes('forward') ? 'forward' : (systems[0] ?? 'forward'),
    smallBytes: isUsual ? USUAL_SMALL_BLOCK_BYTES : Math.min(...sizesBytes),
    largestBytes: Math.max(...sizesBytes),
  };
}

/** ns. Throws NotObserved. */
export function timeOf({ seen, measure, anchor }: Series, cell: SystemName, sizeBytes: number): Quantity {
  const at = { measure, sizeBytes };
  return seen.timeBeside({ ...at, cell }, { ...at, cell: anchor });
}

/** Hockney's. Undefined when the sizes cannot tell L from r∞. */
export function lineOf(
  { seen, measure, anchor }: Series,
  cell: SystemName,
  sizes: (sizeBytes: number) => boolean = () => true,
): Line | undefined {
  return ifObserved(() => seen.lineBeside({ cell, measure, sizes }, { cell: anchor, measure }));
}

/** Time over another system's: above 1 is slower. Undefined when no round has both. */
export function timeRatio(
  { seen, measure }: Series,
  cell: SystemName,
  over: SystemName,
  sizeBytes: number,
): Quantity | undefined {
  const at = { measure, sizeBytes };
  return ifObserved(() => seen.medianRatio({ ...at, cell }, { ...at, cell: over }));
}
