// What the detectors find in a run, in words: curves that are not smooth, throughput that is lost again, times of two kinds,
// rounds in which the machine was busy with something else.

import { type BlockSample, findCaching, type TransferSample } from '../model/mod.ts';
import type { AnalysisFacts, Note, SystemAnalysis, TransferAnalysis } from './analysis.ts';
import { MINIMUM_ROUNDS } from './bootstrap.ts';
import { findModes, type Modes } from './detectors/bimodal.ts';
import { findCollapse } from './detectors/collapse.ts';
import type { CurvePoint } from './detectors/curve.ts';
import { findInterference } from './detectors/interference.ts';
import { findJaggies, type Jag } from './detectors/jaggies.ts';
import { systemLabel } from './systems.ts';
import { quantilesOfExchanges } from './tail.ts';
import { transferLabel } from './transfer-names.ts';
import { formatList, formatSignificant, formatSize } from './wording.ts';

/** Enough to tell modes by; more say the same. */
const QUANTILES = 200;

export function anomalyWarnings(samples: readonly BlockSample[]): Note[] {
  const times = samples.map(({ system, round, sizeBytes, oneWayNs }) => {
    return { round, what: `${system} ${sizeBytes}`, timeNs: oneWayNs.p50 };
  });
  const slow = findInterference(times);
  if (slow.length === 0) return [];
  const rounds = slow.map(({ round, factor }) => `${round} (${factor.toFixed(2)} times as long)`);
  const [noun, verb] = slow.length === 1 ? ['Round', 'was'] : ['Rounds', 'were'];
  const text =
    `${noun} ${formatList(rounds)} ${verb} slow on every system and with every size: the machine was busy with ` +
    'something else. Medians and quickest rounds bear it.';
  return [{ kind: 'warning', topic: 'interference', text }];
}

export function anomalyFindings(samples: readonly BlockSample[], facts: AnalysisFacts): Note[] {
  return [
    ...facts.systems.flatMap(({ system, points }) => curveFindings(systemLabel(system), points)),
    ...twoKinds(samples, facts),
  ].map(([topic, text]) => ({ kind: 'finding', topic, text }));
}

/** Of the services that were measured beside netpipe. */
export function transferNotes(samples: readonly TransferSample[], transfers: readonly TransferAnalysis[]): Note[] {
  const findings = transfers.flatMap(({ transfer, systems }) =>
    systems.flatMap(({ system, points }) =>
      curveFindings(`${transferLabel(transfer)} on ${systemLabel(system)}`, points),
    ),
  );
  return [...caching(samples), ...findings.map(([topic, text]): Note => ({ kind: 'finding', topic, text }))];
}

/** Files that came from somewhere nearer than the server. */
function caching(samples: readonly TransferSample[]): Note[] {
  const kinds = Map.groupBy(samples, ({ transfer, system }) => `${transferLabel(transfer)} on ${systemLabel(system)}`);
  return [...kinds].flatMap(([name, own]): Note[] => {
    const sum = (of: (sample: TransferSample) => number) => own.reduce((total, sample) => total + of(sample), 0);
    const bytes = { payloadBytes: sum((sample) => sample.payloadBytes), wireBytes: sum((sample) => sample.wireBytes) };
    const found = findCaching(bytes);
    if (found === undefined) return [];
    const share = Math.round(found.cachedShare * 100);
    const text = `${share} % of the bytes of ${name} did not cross the wire: a cache gave them, and the times are its.`;
    return [{ kind: 'warning', topic: 'caching', text }];
  });
}

function curveFindings(name: string, points: SystemAnalysis['points']): Finding[] {
  return [...jaggies(name, points), ...collapse(name, points)];
}

type Finding = readonly [topic: string, text: string];

function jaggies(name: string, points: SystemAnalysis['points']): Finding[] {
  const jags = findJaggies(curveOf(points));
  if (jags.length === 0) return [];
  const places = jags.map((jag) => `${formatExtent(jag)} (${jag.factor.toFixed(2)} times)`);
  return [
    [
      'jaggies',
      `${name} takes longer with ${formatList(places)} than with smaller and with larger blocks: jaggies. ` +
        'Look for losses, for timers that fire there, and for what these blocks are cut into.',
    ],
  ];
}

function formatExtent({ fromBytes, toBytes }: Jag): string {
  return fromBytes === toBytes ? formatSize(fromBytes) : `${formatSize(fromBytes)} to ${formatSize(toBytes)}`;
}

function collapse(name: string, points: SystemAnalysis['points']): Finding[] {
  const found = findCollapse(curveOf(points));
  if (found === undefined) return [];
  const share = Math.round(found.share * 100);
  return [
    [
      'collapse',
      `From ${formatSize(found.fromBytes)} on, ${name} does not reach its throughput again: at the end it has ` +
        `${share} % of it. Look at memory, buffers and window sizes, and at losses.`,
    ],
  ];
}

/** With fewer rounds one slow visit makes a curve jagged. */
function curveOf(points: SystemAnalysis['points']): readonly CurvePoint[] {
  return points
    .filter(({ rounds }) => rounds >= MINIMUM_ROUNDS)
    .map(({ sizeBytes, oneWayNs }) => ({ sizeBytes, timeNs: oneWayNs.value }));
}

/** One sentence for all systems: where most have it, it is the machine. */
function twoKinds(samples: readonly BlockSample[], { systems, smallBlockBytes }: AnalysisFacts): Finding[] {
  const found = systems.flatMap(({ system }) => {
    const visits = samples.filter((sample) => sample.system === system && sample.sizeBytes === smallBlockBytes);
    const times = quantilesOfExchanges(visits, QUANTILES).map((timeNs) => ({ timeNs, count: 1 }));
    const modes = findModes(times);
    return modes === undefined ? [] : [`${systemLabel(system)} (${formatModes(modes)})`];
  });
  if (found.length === 0) return [];
  const everywhere =
    found.length === systems.length && systems.length > 1 ? ' As all systems have them, it is the machine.' : '';
  return [
    [
      'two-kinds',
      `Exchanges with ${formatSize(smallBlockBytes)} are of two kinds on ${formatList(found)}: a median says little there.${everywhere}`,
    ],
  ];
}

function formatModes({ lowNs, highNs, highShare }: Modes): string {
  const [low, high] = [lowNs, highNs].map((ns) => formatSignificant(ns / 1000));
  return `about ${low} and ${high} µs, ${Math.round(highShare * 100)} % of them the longer`;
}
