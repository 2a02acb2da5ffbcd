// The samples of a run, found by system, block size and round. One visit is one BlockSample.

import type { BlockSample, SystemName } from '../model/mod.ts';

/** Block size → round → visit. Sizes ascend. */
type VisitsOfSystem = ReadonlyMap<number, ReadonlyMap<number, BlockSample>>;

export type Visits = ReadonlyMap<SystemName, VisitsOfSystem>;

/** A visit that was written twice counts once, as last written. */
export function indexVisits(samples: readonly BlockSample[]): Visits {
  const visits = new Map<SystemName, Map<number, Map<number, BlockSample>>>();
  for (const sample of samples.toSorted((one, other) => one.sizeBytes - other.sizeBytes)) {
    const sizes = visits.get(sample.system) ?? new Map<number, Map<number, BlockSample>>();
    visits.set(sample.system, sizes);
    const rounds = sizes.get(sample.sizeBytes) ?? new Map<number, BlockSample>();
    sizes.set(sample.sizeBytes, rounds);
    rounds.set(sample.round, sample);
  }
  return visits;
}

/** Ascending. */
export function sizesOf(visits: Visits, system: SystemName): number[] {
  return [...(visits.get(system)?.keys() ?? [])];
}

/** In order of round. */
export function visitsAt(visits: Visits, system: SystemName, sizeBytes: number): BlockSample[] {
  const rounds = visits.get(system)?.get(sizeBytes);
  return [...(rounds?.values() ?? [])].sort((one, other) => one.round - other.round);
}

/** Visits of both systems in the same round at the same size: what was measured side by side. */
export function pairsAt(
  visits: Visits,
  system: SystemName,
  baseline: SystemName,
  sizeBytes: number,
): (readonly [BlockSample, BlockSample])[] {
  const baselineRounds = visits.get(baseline)?.get(sizeBytes);
  return visitsAt(visits, system, sizeBytes).flatMap((visit) => {
    const partner = baselineRounds?.get(visit.round);
    return partner === undefined ? [] : [[visit, partner] as const];
  });
}
