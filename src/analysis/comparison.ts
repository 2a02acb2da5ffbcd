// Ratios of one system to another. Only visits of the same round and size are divided by each other: what the
// machine did meanwhile struck both.

import type { SystemName } from '../model/mod.ts';
import type { Comparison, Ratio, Verdict } from './analysis.ts';
import { MINIMUM_ROUNDS } from './bootstrap.ts';
import { combine, estimateOf, type Quantity } from './quantity.ts';
import { type Series, timeOf, timeRatio } from './series.ts';

/** Undefined when no round holds both systems. */
export function compareSystems(series: Series, system: SystemName, baseline: SystemName): Comparison | undefined {
  const { seen, measure, smallBytes, largestBytes } = series;
  const ratioAt = (sizeBytes: number) => timeRatio(series, system, baseline, sizeBytes);
  const sizes = seen.sizes({ cell: system, measure }).flatMap((sizeBytes) => {
    const time = ratioAt(sizeBytes);
    return time === undefined ? [] : [{ sizeBytes, time: judged(time) }];
  });
  if (sizes.length === 0) return undefined;
  const added =
    ratioAt(smallBytes) && combine(minus, ...[system, baseline].map((one) => timeOf(series, one, smallBytes)));
  const largest = timeRatio(series, baseline, system, largestBytes);
  return {
    system,
    baseline,
    sizes,
    smallBlockTime: sizes.find(({ sizeBytes }) => sizeBytes === smallBytes)?.time,
    smallBlockAddedNs: added && estimateOf(added),
    largestBlockThroughput: largest && judged(largest),
  };
}

function minus(one = 0, other = 0): number {
  return one - other;
}

function judged(ratio: Quantity): Ratio {
  const estimate = estimateOf(ratio);
  return { ...estimate, rounds: ratio.rounds, verdict: judgeRatio(estimate, ratio.rounds) };
}

/** What an interval of a ratio says about 1, from this many rounds. */
function judgeRatio({ low, high }: { readonly low: number; readonly high: number }, rounds: number): Verdict {
  if (rounds < MINIMUM_ROUNDS) return 'unresolved';
  if (low > 1) return 'higher';
  return high < 1 ? 'lower' : 'unresolved';
}
