// Ratios of one system to another. Only visits of the same round and size are divided by each other: what the
// machine did meanwhile struck both.

import type { BlockSample, SystemName } from '../model/mod.ts';
import type { Comparison, Ratio, Verdict } from './analysis.ts';
import { type Estimate, estimateMedian, MINIMUM_ROUNDS } from './bootstrap.ts';
import { pairsAt, sizesOf, type Visits } from './visits.ts';

/** Undefined when no round holds both systems. */
export function compareSystems(
  visits: Visits,
  system: SystemName,
  baseline: SystemName,
  blocks: { readonly smallBytes: number; readonly largestBytes: number },
): Comparison | undefined {
  const sizes = sizesOf(visits, system).flatMap((sizeBytes) => {
    const time = estimateRatio(pairsAt(visits, system, baseline, sizeBytes), timeRatio);
    return time === undefined ? [] : [{ sizeBytes, time }];
  });
  if (sizes.length === 0) return undefined;
  const smallPairs = pairsAt(visits, system, baseline, blocks.smallBytes);
  const largestPairs = pairsAt(visits, system, baseline, blocks.largestBytes);
  return {
    system,
    baseline,
    sizes,
    smallBlockTime: sizes.find((size) => size.sizeBytes === blocks.smallBytes)?.time,
    smallBlockAddedNs:
      smallPairs.length === 0
        ? undefined
        : estimateMedian(smallPairs.map(([visit, partner]) => visit.oneWayNs.p50 - partner.oneWayNs.p50)),
    largestBlockThroughput: estimateRatio(largestPairs, (visit, partner) => timeRatio(partner, visit)),
  };
}

/** What an interval of a ratio says about 1, from this many rounds. */
function judgeRatio(estimate: Estimate, rounds: number): Verdict {
  if (rounds < MINIMUM_ROUNDS) return 'unresolved';
  if (estimate.low > 1) return 'higher';
  return estimate.high < 1 ? 'lower' : 'unresolved';
}

function estimateRatio(
  pairs: readonly (readonly [BlockSample, BlockSample])[],
  ratioOf: (visit: BlockSample, partner: BlockSample) => number,
): Ratio | undefined {
  if (pairs.length === 0) return undefined;
  const estimate = estimateMedian(pairs.map(([visit, partner]) => ratioOf(visit, partner)));
  return { ...estimate, rounds: pairs.length, verdict: judgeRatio(estimate, pairs.length) };
}

function timeRatio(visit: BlockSample, partner: BlockSample): number {
  return visit.oneWayNs.p50 / partner.oneWayNs.p50;
}
