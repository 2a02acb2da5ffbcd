// Findings: what the ratios and the fits say, in words, with the interval that each word rests on.

import type { Run } from '../model/mod.ts';
import type { AnalysisFacts, Comparison, Note, Ratio } from './analysis.ts';
import { MINIMUM_ROUNDS } from './bootstrap.ts';
import { isPoleAtMtu } from './latency-cause.ts';
import { systemLabel } from './systems.ts';
import { formatChange, formatInterval, formatList, formatSignificant, formatSize } from './wording.ts';

export function findingNotes(run: Run, facts: AnalysisFacts): Note[] {
  const comparisons = [...facts.systems.flatMap(({ comparison }) => comparison ?? []), ...facts.rivals];
  return [
    ...smallBlockFindings(comparisons, facts.smallBlockBytes),
    ...largestBlockFindings(
      facts.systems.flatMap(({ comparison }) => comparison ?? []),
      facts.largestBlockBytes,
    ),
    ...tunnelFinding(run, facts),
    ...poleFinding(run, facts),
  ].map(([topic, text]) => ({ kind: 'finding', topic, text }));
}

type Finding = readonly [topic: string, text: string];

function smallBlockFindings(comparisons: readonly Comparison[], sizeBytes: number): Finding[] {
  const measured = comparisons.flatMap(({ smallBlockTime: ratio, ...rest }) =>
    ratio === undefined ? [] : [{ ...rest, ratio }],
  );
  const most = Math.max(0, ...measured.map(({ ratio }) => ratio.rounds));
  if (measured.length > 0 && most < MINIMUM_ROUNDS) {
    const rounds = most === 1 ? 'One round is' : `${most} rounds are`;
    return [['small-block', `${rounds} too few to resolve any difference with ${formatSize(sizeBytes)}.`]];
  }
  return measured.map(({ system, baseline, ratio }): Finding => {
    const [name, other, size] = [systemLabel(system), systemLabel(baseline), formatSize(sizeBytes)];
    if (ratio.verdict === 'unresolved') return ['small-block', notResolved(name, other, size, ratio)];
    const word = ratio.verdict === 'higher' ? 'slower' : 'faster';
    return ['small-block', `${name} is ${word} than ${other} with ${size} by ${formatChange(ratio)}.`];
  });
}

/** One sentence for each baseline: `With 4 MB: of forward's throughput, VS-NAT carries …`. */
function largestBlockFindings(comparisons: readonly Comparison[], sizeBytes: number): Finding[] {
  const ofBaseline = Map.groupBy(comparisons, ({ baseline }) => baseline);
  return [...ofBaseline].flatMap(([baseline, group]): Finding[] => {
    const [shares, equals]: [string[], string[]] = [[], []];
    for (const { system, largestBlockThroughput: ratio } of group) {
      if (ratio === undefined) continue;
      const [value, low, high] = [ratio.value, ratio.low, ratio.high].map((share) => (share * 100).toFixed(1));
      if (ratio.verdict === 'unresolved') equals.push(systemLabel(system));
      else shares.push(`${systemLabel(system)} carries ${value} % (${low}–${high})`);
    }
    const [other, size] = [systemLabel(baseline), formatSize(sizeBytes)];
    const resolved = shares.length === 0 ? [] : [`Of the throughput of ${other} with ${size}, ${formatList(shares)}.`];
    const rest =
      equals.length === 0
        ? []
        : [`No difference in throughput from ${other} with ${size} is resolved for ${formatList(equals)}.`];
    return [...resolved, ...rest].map((text) => ['largest-block', text]);
  });
}

function notResolved(name: string, other: string, size: string, ratio: Ratio): string {
  const opening = `The difference between ${name} and ${other} with ${size} is not resolved on this machine`;
  const interval = formatInterval(ratio);
  if (ratio.rounds < MINIMUM_ROUNDS) return `${opening}: ${ratio.rounds} rounds are too few for an interval.`;
  const bound = (Math.max(ratio.high - 1, 1 - ratio.low) * 100).toFixed(1);
  return `${opening}: the interval ${interval} includes 1. If there is one, it is below ${bound} %.`;
}

/** Of IPv4 and TCP with timestamps. */
const HEADER_BYTES = 52;
const OUTER_HEADER_BYTES = 20;

/** Blocks that fill a packet, and with the tunnel's header more than that. */
function tunnelFinding({ environment: { mtu } }: Run, { systems }: AnalysisFacts): Finding[] {
  const comparison = systems.find(({ system }) => system === 'tun')?.comparison;
  const small = comparison?.smallBlockTime;
  if (comparison === undefined || small === undefined || small.rounds < MINIMUM_ROUNDS) return [];
  const most = mtu - HEADER_BYTES;
  const [cut] = comparison.sizes.filter(({ sizeBytes }) => sizeBytes <= most && sizeBytes > most - OUTER_HEADER_BYTES);
  if (cut === undefined || cut.time.verdict !== 'higher' || cut.time.low <= small.high) return [];
  const [name, other] = [systemLabel(comparison.system), systemLabel(comparison.baseline)];
  return [
    [
      'tunnel-mtu',
      `With ${formatSize(cut.sizeBytes)} ${name} is slower than ${other} by ${formatChange(cut.time)}: such a block fills a packet of ` +
        `${mtu} bytes, and with the tunnel's header takes two.`,
    ],
  ];
}

/** The paper took the MTU for the cause of netpipe's pole; whether it can be here depends on the offloads. */
function poleFinding(run: Run, { systems }: AnalysisFacts): Finding[] {
  const { environment } = run;
  const reference = systems.find(({ system }) => system === 'forward') ?? systems[0];
  if (reference?.fit === undefined) return [];
  const poleBytes = reference.fit.poleBytes.value;
  const pole = `The pole of ${systemLabel(reference.system)}, n½ = ${formatSize(poleBytes)}, is`;
  const mtu = `the MTU of ${environment.mtu}`;
  if (environment.offloads) {
    return [
      [
        'pole',
        `${pole} not set by ${mtu}: with offloads on, a block travels in segments of up to 64 kB, and the pole is ` +
          'where copying the bytes costs as much as the fixed work of a block.',
      ],
    ];
  }
  if (isPoleAtMtu(run, poleBytes)) {
    return [['pole', `${pole} near ${mtu}: a block costs the same up to one packet, as on the paper's machines.`]];
  }
  return [
    [
      'pole',
      `${pole} ${formatSignificant(poleBytes / environment.mtu)} times ${mtu}, though offloads are off: the fixed work of a block (system calls, ` +
        'TCP, wake-ups, hops) costs as much as that many packets do.',
    ],
  ];
}
