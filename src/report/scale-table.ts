// A scale run as a terminal shows it: a table of 80 columns for each number of realservers, then what the curves say.

import { formatSignificant, formatSize, type ScaleCurve, systemLabel } from '../analysis/mod.ts';
import type { ScaleRun } from '../model/mod.ts';
import { wrapText } from './wrap-text.ts';

const WIDTHS = [15, 8, 9, 9, 12, 9, 9, 9];

/** Ends with a newline. */
export function formatScaleTable(curves: readonly ScaleCurve[], run: ScaleRun): string {
  const tables = Map.groupBy(curves, ({ sizeBytes, realservers }) => `${sizeBytes} ${realservers}`);
  return [...tables.values()]
    .map((group) => [
      formatScaleTitle(group[0] as ScaleCurve, run),
      row(['', '', 'in one', 'on the', 'transfers', 'in own', '', '']),
      row(['system', 'clients', 'window', 'wire', 'per second', 'windows', 'fairness', 'limit']),
      '─'.repeat(WIDTHS.reduce((sum, width) => sum + width, 0)),
      ...group.flatMap(formatCurve),
      ...group.flatMap((curve) =>
        wrapText(`${systemLabel(curve.system)}: ${describeCurve(curve)}`, 78, '  • ', '    '),
      ),
    ])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** What a table, or a plot, is of. */
export function formatScaleTitle({ realservers, sizeBytes }: ScaleCurve, { transfer, environment }: ScaleRun): string {
  const links = environment.rate === undefined ? '' : `, links of ${environment.rate}`;
  const servers = `${realservers} ${realservers === 1 ? 'realserver' : 'realservers'}`;
  return `${servers}, ${transfer}, ${formatSize(sizeBytes)}${links}; Mbit/s`;
}

function formatCurve({ system, points }: ScaleCurve): string[] {
  return points.map((point, index) =>
    row([
      index === 0 ? systemLabel(system) : '',
      String(point.clients),
      formatSignificant(point.throughputMbps.value),
      point.wireMbps === undefined ? '–' : formatSignificant(point.wireMbps.value),
      formatSignificant(point.transfersPerSecond.value),
      point.unsynchronisedMbps === undefined ? '–' : formatSignificant(point.unsynchronisedMbps.value),
      point.fairness.toFixed(2),
      point.lost.length > 0
        ? `${point.lost.length} lost`
        : point.bottleneck.kind === 'unknown'
          ? '–'
          : point.bottleneck.kind,
    ]),
  );
}

/** What its curve says, in a sentence without the system's name. */
export function describeCurve({ law, knee, points }: ScaleCurve): string {
  const parts = [
    knee === undefined ? 'no knee up to here' : `knee at ${knee} ${knee === 1 ? 'client' : 'clients'}`,
    law === undefined
      ? 'a law takes four numbers of clients'
      : `X(N) = ${formatSignificant(law.single)} N / (1 + ${law.contention.toFixed(3)} (N − 1) + ${law.coherence.toFixed(4)} N (N − 1)) Mbit/s, ` +
        `within ${(law.largestResidual * 100).toFixed(0)} %`,
    ...describeLimits(points),
    ...points.flatMap(describeTroubles),
    ...listOver(
      points,
      ({ unread }) => unread,
      (machines) => `counters of ${machines} are missing`,
    ),
    ...listOver(
      points,
      ({ relays }) => relays,
      (machines) => `${machines} passed on others’ packets, too, so that the wire’s share of the clients is not known`,
    ),
    ...describeClocks(points),
  ];
  return `${parts.join('; ')}.`;
}

/** What makes a point doubtful. */
function describeTroubles({ clients, failures, late, lost, drops, bypassed }: ScaleCurve['points'][number]): string[] {
  const these = `with ${clients} ${clients === 1 ? 'client' : 'clients'}`;
  return [
    ...(failures > 0 ? [`${failures} failed ${these}`] : []),
    ...(late > 0 ? [`${these} ${late} began after the window's start`] : []),
    ...(lost.length > 0 ? [`${these} ${lost.join(', ')} was lost`] : []),
    ...(drops > 0 ? [`the director dropped ${drops} packets ${these}`] : []),
    ...(bypassed > 0
      ? [`${these} ${(100 * bypassed).toFixed(0)} % of the connections did not go through the director`]
      : []),
  ];
}

/** What stood in the way, with its counters: for each stretch of the curve with the same limit, at its last point. */
function describeLimits(points: ScaleCurve['points']): string[] {
  return points.flatMap((point, index) => {
    const { kind, evidence } = point.bottleneck;
    if (points[index + 1]?.bottleneck.kind === kind) return [];
    const clients = `${point.clients} ${point.clients === 1 ? 'client' : 'clients'}`;
    return [`with ${clients} ${kind === 'unknown' ? 'nothing was at its limit, ' : ''}${evidence}`];
  });
}

/** A sentence about the machines that any point has, each once. */
function listOver(
  points: ScaleCurve['points'],
  of: (point: ScaleCurve['points'][number]) => readonly string[],
  say: (machines: string) => string,
): string[] {
  const machines = [...new Set(points.flatMap(of))];
  return machines.length === 0 ? [] : [say(machines.join(', '))];
}

/** Nothing of machines that share one clock. */
function describeClocks(points: ScaleCurve['points']): string[] {
  const boundNs = Math.max(0, ...points.map(({ clockBoundNs }) => clockBoundNs));
  return boundNs === 0 ? [] : [`the hosts’ clocks were known to ${formatSignificant(boundNs / 1e6)} ms`];
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[index] ?? 0)))
    .join('')
    .trimEnd();
}
