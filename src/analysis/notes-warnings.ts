// Warnings: what makes a number less than it looks. Incomplete runs, unproven paths, too few rounds, noise, stalls.

import { type BlockSample, isCounterAsExpected, type PathProof, type Run } from '../model/mod.ts';
import { type AnalysisFacts, FIT_CRITERION, type Note, type SystemAnalysis } from './analysis.ts';
import { MINIMUM_ROUNDS } from './bootstrap.ts';
import { baselineOf, systemLabel } from './systems.ts';
import { formatList, formatSize } from './wording.ts';

/** TCP_RTO_MIN of Linux: an exchange that waits this long has lost a packet. */
const SHORTEST_RETRANSMISSION_NS = 200e6;
/** The half-width of a median's interval, relative, from which on the machine counts as noisy. */
const NOISY = 0.1;

export function warningNotes(
  run: Run,
  samples: readonly BlockSample[],
  facts: AnalysisFacts,
  lastLineDropped: boolean,
): Note[] {
  return [
    ...incompleteRun(run, facts, lastLineDropped),
    ...facts.systems.flatMap((system) => unprovenPath(system)),
    ...fewRounds(facts),
    ...missingBaselines(facts),
    ...noisySystems(facts),
    ...stalls(samples),
    ...missingFits(facts),
    ...poorFits(facts),
  ].map(([topic, text]) => ({ kind: 'warning', topic, text }));
}

type Warning = readonly [topic: string, text: string];

function incompleteRun(run: Run, { systems }: AnalysisFacts, lastLineDropped: boolean): Warning[] {
  const warnings: Warning[] = [];
  if (run.finishedAt === undefined) {
    warnings.push(['interrupted', 'The run was interrupted: this report covers the visits that it completed.']);
  }
  if (lastLineDropped) {
    warnings.push(['last-line-dropped', 'The last line of samples.ndjson was cut short and is left out.']);
  }
  const absent = run.systems.filter((name) => !systems.some(({ system }) => system === name));
  if (absent.length > 0) {
    warnings.push(['no-samples', `No block was measured on ${formatList(absent.map(systemLabel))}.`]);
  }
  return warnings;
}

function unprovenPath({ system, proof }: SystemAnalysis): Warning[] {
  const name = systemLabel(system);
  if (proof === undefined) {
    return [['path-unchecked', `Nothing proves that ${name} carried its packets: the run has no proof of its path.`]];
  }
  if (proof.proven) return [];
  const reasons = failedProofs(proof);
  return [['path-unproven', `${name} is not proven to have carried its packets: ${formatList(reasons)}.`]];
}

function failedProofs(proof: PathProof): string[] {
  const hostnames = proof.hostnamesAsExpected ? [] : [`the hostnames answered were ${proof.hostnames.join(', ')}`];
  const counters = proof.counters
    .filter((counter) => !isCounterAsExpected(counter, proof.hostnames.length))
    .map(({ name, packets, expected }) => `'${name}' counted ${packets} packets where ${expected} were expected`);
  const reasons = [...hostnames, ...counters];
  return reasons.length === 0 ? ['the check itself failed'] : reasons;
}

function fewRounds({ systems }: AnalysisFacts): Warning[] {
  const fewest = Math.min(...systems.flatMap(({ points }) => points.map((point) => point.rounds)));
  if (fewest >= MINIMUM_ROUNDS) return [];
  const rounds = fewest === 1 ? 'one round' : `${fewest} rounds`;
  const coverage = Math.floor((1 - 2 ** (1 - fewest)) * 100);
  return [
    [
      'few-rounds',
      `Some sizes have ${rounds} only, whose lowest and highest values enclose the true median in ${coverage} % of ` +
        `cases: nothing with fewer than ${MINIMUM_ROUNDS} rounds is called resolved.`,
    ],
  ];
}

function missingBaselines({ systems }: AnalysisFacts): Warning[] {
  return systems.flatMap(({ system, comparison }): Warning[] => {
    const baseline = baselineOf(system);
    if (baseline === undefined || comparison !== undefined) return [];
    return [
      ['no-baseline', `${systemLabel(system)} has no ratio: ${systemLabel(baseline)} was not measured beside it.`],
    ];
  });
}

function noisySystems({ systems, smallBlockBytes }: AnalysisFacts): Warning[] {
  const noisy = systems.flatMap(({ system, smallBlock }) => {
    if (smallBlock === undefined) return [];
    const { value, low, high } = smallBlock.oneWayNs;
    const halfWidth = (high - low) / 2 / value;
    return halfWidth > NOISY ? [`${systemLabel(system)} (±${Math.round(halfWidth * 100)} %)`] : [];
  });
  if (noisy.length === 0) return [];
  return [
    [
      'noisy',
      `The rounds disagree at ${formatSize(smallBlockBytes)} on ${formatList(noisy)}: something else used the CPUs, or their ` +
        'clock changed. Ratios are of neighbouring visits and suffer less than absolute times.',
    ],
  ];
}

function stalls(samples: readonly BlockSample[]): Warning[] {
  const stalled = samples.filter((sample) => sample.oneWayNs.max >= SHORTEST_RETRANSMISSION_NS);
  const worst = stalled.toSorted((one, other) => other.oneWayNs.max - one.oneWayNs.max)[0];
  if (worst === undefined) return [];
  const systems = [...new Set(stalled.map(({ system }) => systemLabel(system)))];
  const where = `${systemLabel(worst.system)} with ${formatSize(worst.sizeBytes)}`;
  const longestMs = Math.round(worst.oneWayNs.max / 1e6);
  return [
    [
      'stall',
      `Exchanges stalled on ${formatList(systems)}, for ${longestMs} ms at worst (${where}). From 200 ms on that is TCP ` +
        'retransmitting: a packet was lost on the way, or the machine stood still.',
    ],
  ];
}

function missingFits({ systems }: AnalysisFacts): Warning[] {
  return systems.flatMap(({ system, points, fit }): Warning[] => {
    if (fit !== undefined) return [];
    const reason = points.length < 3 ? 'it takes three block sizes' : 'the sizes lie to one side of the pole';
    return [['no-fit', `${systemLabel(system)} has no L and r∞: ${reason}.`]];
  });
}

function poorFits({ systems }: AnalysisFacts): Warning[] {
  const poor = systems.flatMap(({ system, fit }) => {
    if (fit === undefined || fit.describesData) return [];
    const worst = fit.residuals.reduce((one, other) =>
      Math.abs(other.relative) > Math.abs(one.relative) ? other : one,
    );
    const [middle, largest] = [formatPercent(fit.medianResidual), formatPercent(fit.largestResidual)];
    return [`${systemLabel(system)} (${middle}, ${largest} at ${formatSize(worst.sizeBytes)})`];
  });
  if (poor.length === 0) return [];
  const { medianResidual, largestResidual } = FIT_CRITERION;
  return [
    [
      'poor-fit',
      `One line L + n/r∞ does not describe ${formatList(poor)}: the median and the largest residual are to be at most ` +
        `${formatPercent(medianResidual)} and ${formatPercent(largestResidual)}. Read the curves; L and r∞ only summarise them.`,
    ],
  ];
}

function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
