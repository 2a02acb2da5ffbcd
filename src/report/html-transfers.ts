// The section of report.html on services: how long their transfers took by each system, what failed, a plot for each.

import {
  type Analysis,
  areTimesUndisturbed,
  formatSignificant,
  formatSize,
  type Ratio,
  type SystemAnalysis,
  systemLabel,
  type TransferAnalysis,
  type TransferCount,
  transferLabel,
  transferPath,
} from '../analysis/mod.ts';
import type { Run, SystemName } from '../model/mod.ts';
import { throughputOption } from './chart-options.ts';
import { drawThroughput } from './draw-charts.ts';
import { formatFigure } from './html-figure.ts';
import { estimateCell, formatTable, type Heading } from './html-table.ts';
import { element, escapeMarkup } from './markup.ts';

/** Empty when no services were measured. */
export function formatTransfersSection(run: Run, { transfers }: Analysis): string {
  if (transfers.length === 0) return '';
  const present = [...new Set(transfers.flatMap(({ systems }) => systems.map(({ system }) => system)))];
  const [first] = transfers;
  const small = formatSize(first?.smallBytes ?? 0);
  const large = formatSize(first?.largestBytes ?? 0);
  return [
    '<h2>Services</h2>',
    `<p>Files of real services, one after the other, by one client. ${describeTimes(run)} Beneath it ` +
      "is its ratio to the baseline's, the median of neighbouring visits, with its interval: what netpipe says of the systems, " +
      'small requests and large replies must say too, and what is added to it is the service.</p>',
    `<h3>${small}: time of a transfer, µs</h3>`,
    formatTimes(transfers, present, 'smallBlock'),
    `<h3>${large}: time of a transfer, µs</h3>`,
    formatTimes(transfers, present, 'largestBlock'),
    formatFits(transfers, present),
    formatTroubles(transfers),
    ...transfers.map((one) =>
      formatFigure(
        one.transfer,
        `${transferLabel(one.transfer)}.`,
        `Throughput against size, both logarithmic. Time: ${transferPath(one.transfer)}.`,
        drawThroughput(one, one.transfer),
        throughputOption(one),
      ),
    ),
  ].join('\n');
}

/** What stands for a visit and for the rounds, as docs/decisions/0019-undisturbed-times.md has it. */
function describeTimes(run: Run): string {
  return areTimesUndisturbed(run)
    ? "A visit's time is what the quickest twentieth of its transfers took, and a system's that of the quickest tenth of the rounds."
    : "A visit's time is the median of its transfers, and a system's that of the rounds.";
}

function headingsFor(systems: readonly SystemName[]): Heading[] {
  return [{ title: 'Transfer' }, ...systems.map((system) => ({ title: systemLabel(system), kind: 'number' as const }))];
}

function formatTimes(
  transfers: readonly TransferAnalysis[],
  present: readonly SystemName[],
  block: 'smallBlock' | 'largestBlock',
): string {
  return formatMatrix(transfers, present, ({ comparison, ...system }, { smallBytes, largestBytes }) => {
    const point = system[block];
    if (point === undefined) return '–';
    const sizeBytes = block === 'smallBlock' ? smallBytes : largestBytes;
    const ratio = comparison?.sizes.find((size) => size.sizeBytes === sizeBytes)?.time;
    const below = ratio === undefined ? '' : element('span', { class: 'interval' }, escapeMarkup(formatRatio(ratio)));
    return escapeMarkup(formatSignificant(point.oneWayNs.value / 1000)) + below;
  });
}

function formatRatio({ value, low, high }: Ratio): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} – ${high.toFixed(2)})`;
}

function formatFits(transfers: readonly TransferAnalysis[], present: readonly SystemName[]): string {
  const isFitted = transfers.some(({ systems }) => systems.some(({ fit }) => fit !== undefined));
  if (!isFitted) return '';
  const heading = '<h3>Latency L, µs, and its equivalent in bytes n½</h3>';
  const table = formatMatrix(transfers, present, ({ fit }) => {
    if (fit === undefined) return '–';
    const pole = element('span', { class: 'interval' }, escapeMarkup(`n½ ${formatSize(fit.poleBytes.value)}`));
    return estimateCell(fit.latencyUs, formatSignificant) + pole;
  });
  return `${heading}\n${table}`;
}

function formatMatrix(
  transfers: readonly TransferAnalysis[],
  present: readonly SystemName[],
  cell: (system: SystemAnalysis, transfer: TransferAnalysis) => string,
): string {
  const rows = transfers.map((one) => ({
    cells: [
      escapeMarkup(transferLabel(one.transfer)),
      ...present.map((name) => {
        const system = one.systems.find(({ system }) => system === name);
        return system === undefined ? '–' : cell(system, one);
      }),
    ],
  }));
  return formatTable(headingsFor(present), rows);
}

/** Failures by cause, retransmissions; nothing when there were none. */
function formatTroubles(transfers: readonly TransferAnalysis[]): string {
  const describe = (one: TransferAnalysis, counts: readonly TransferCount[], of: string) =>
    counts.map(({ system, what, count }) =>
      element('li', {}, escapeMarkup(`${transferLabel(one.transfer)}, ${systemLabel(system)}: ${count} ${of}${what}`)),
    );
  const items = transfers.flatMap((one) => [
    ...describe(one, one.failures, 'failed: '),
    ...describe(one, one.counts, ''),
  ]);
  return items.length === 0 ? '' : `<h3>What went wrong</h3>\n${element('ul', {}, items.join('\n'))}`;
}
