// The result in a sentence or two: what each kind of virtual server costs beside plain routing, small blocks first.

import type { AnalysisFacts, Comparison, Ratio } from './analysis.ts';
import { baselineOf, systemLabel } from './systems.ts';
import { formatChange, formatList, formatSignificant, formatSize } from './wording.ts';

/** A system whose packets a load balancer handles: what a reader chooses between. */
const CHOICES = ['nat', 'dr', 'tun', 'nftables'] as const;

export function writeHeadline(analysis: AnalysisFacts): string {
  const comparisons = CHOICES.flatMap(
    (choice) => analysis.systems.find(({ system }) => system === choice)?.comparison ?? [],
  );
  const judged = comparisons.flatMap(({ smallBlockTime, ...rest }) =>
    smallBlockTime === undefined ? [] : [{ ...rest, smallBlockTime }],
  );
  return judged.length === 0 ? describeAlone(analysis) : describeCosts(judged, analysis.smallBlockBytes);
}

function describeCosts(judged: readonly (Comparison & { smallBlockTime: Ratio })[], smallBlockBytes: number): string {
  const resolved = judged.flatMap(({ system, baseline, smallBlockTime: ratio }) => {
    if (ratio.verdict === 'unresolved') return [];
    const change = `${formatChange(ratio)} ${ratio.verdict === 'higher' ? 'longer' : 'less'}`;
    return [`${systemLabel(system)} takes ${change} than ${systemLabel(baseline)}`];
  });
  const unresolved = judged.filter(({ smallBlockTime }) => smallBlockTime.verdict === 'unresolved');
  const rest =
    unresolved.length === 0
      ? []
      : [
          `${formatList(unresolved.map(({ system }) => systemLabel(system)))} ${unresolved.length === 1 ? 'is' : 'are'} not ` +
            `resolved from ${formatList([...new Set(unresolved.map(({ baseline }) => systemLabel(baseline)))])}`,
        ];
  return `One way with ${formatSize(smallBlockBytes)}: ${[...resolved, ...rest].join('; ')}.`;
}

function describeAlone({ systems, smallBlockBytes }: AnalysisFacts): string {
  const times = systems.flatMap(({ system, smallBlock }) =>
    smallBlock === undefined
      ? []
      : [`${systemLabel(system)} takes ${formatSignificant(smallBlock.oneWayNs.value / 1000)} µs`],
  );
  const present = new Set(systems.map(({ system }) => system));
  const missing = new Set(
    systems.flatMap(({ system }) => baselineOf(system) ?? []).filter((name) => !present.has(name)),
  );
  const without =
    missing.size === 0 ? '' : `; ${formatList([...missing].map(systemLabel))} was not run, so no cost is known`;
  return `One way with ${formatSize(smallBlockBytes)}: ${formatList(times)}${without}.`;
}
