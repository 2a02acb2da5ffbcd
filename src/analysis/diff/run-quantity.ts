// A number of a run, named so that the same number of another run is found again.

import type { SystemName } from '../../model/mod.ts';
import type { Quantity } from '../quantity.ts';
import { baselineOf } from '../systems.ts';

export interface RunQuantity {
  /** `ratio`: over another system of the same run, so that the host cancels out; `absolute`: in its unit. */
  readonly group: 'ratio' | 'absolute';
  readonly system: SystemName;
  /** What a ratio is over. */
  readonly over: SystemName | undefined;
  /** `64 B time`, `r∞`, `http 1 MB rate`; unique within a group and system. */
  readonly name: string;
  /** Of an absolute value. */
  readonly unit: string | undefined;
  readonly better: 'less' | 'more';
  readonly quantity: Quantity;
}

/** Absolute values have a unit, and ratios do without it. */
export type Measure = Pick<RunQuantity, 'name' | 'better'> & { readonly unit: string };

/**
 * What a system's numbers are divided by: its baseline, or, where that was not run, plain forwarding, else the wire.
 * Undefined for plain forwarding itself, by which the others are divided.
 */
export function referenceOf(system: SystemName, present: readonly SystemName[]): SystemName | undefined {
  const baseline = baselineOf(system);
  if (baseline === undefined) return undefined;
  return [baseline, 'forward' as const, 'direct' as const].find((name) => name !== system && present.includes(name));
}

/** Those of both lists, in the order of the first. */
export function sharedBy<T>(one: readonly T[], other: readonly T[]): T[] {
  return one.filter((item) => other.includes(item));
}
