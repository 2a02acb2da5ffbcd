// The first sections of report.html: the result with its warnings and intervals, then the curves.

import {
  type Analysis,
  formatChange,
  formatSignificant,
  formatSize,
  type Note,
  type Ratio,
  systemLabel,
  systemPath,
} from '../analysis/mod.ts';
import { ratioOption, signatureOption, throughputOption } from './chart-options.ts';
import { drawRatios, drawSignature, drawThroughput } from './draw-charts.ts';
import { formatFigure } from './html-figure.ts';
import { estimateCell, formatTable, systemCell } from './html-table.ts';
import { element, escapeMarkup } from './markup.ts';
import { drawRatioBar, drawRatioScale, scaleRatios } from './ratio-bar.ts';
import { lineStyleOf, themeSvg } from './series-style.ts';
import { bindUnits } from './wrap-text.ts';

export function formatResultSection(analysis: Analysis): string {
  const { headline, notes, smallBlockBytes } = analysis;
  return [
    element('p', { class: 'headline' }, escapeMarkup(bindUnits(headline))),
    formatWarnings(notes),
    formatSummaryTable(analysis),
    element(
      'p',
      { class: 'muted' },
      `With 95 % bootstrap intervals over rounds. The ratio is the median of the rounds' ratios of times with ` +
        `${formatSize(smallBlockBytes)}, from visits that were interleaved: right of 1 is slower.`,
    ),
    '<h3>Findings</h3>',
    formatNotes(notes, 'finding'),
  ].join('\n');
}

export function formatCurvesSection(analysis: Analysis): string {
  const figures = [
    formatFigure(
      'ratios',
      'Cost at each block size.',
      "Time over the baseline's time, with intervals. Differences that the plots below are too coarse for.",
      drawRatios(analysis),
      ratioOption(analysis),
    ),
    formatFigure(
      'throughput',
      'Throughput against block size.',
      'Both logarithmic. The slope is latency-bound, the plateau is bound by the rate; they meet at the pole.',
      drawThroughput(analysis),
      throughputOption(analysis),
    ),
    formatFigure(
      'signature',
      'Signature.',
      'Throughput against time per block, both logarithmic. The left edge of a curve is its latency.',
      drawSignature(analysis),
      signatureOption(analysis),
    ),
  ];
  const compared = analysis.systems.some(({ comparison }) => comparison !== undefined);
  return ['<h2>Curves</h2>', ...figures.slice(compared ? 0 : 1)].join('\n');
}

/** The texts of one kind of note as a list; nothing when there are none. */
export function formatNotes(notes: readonly Note[], kind: Note['kind']): string {
  const texts = notes
    .filter((note) => note.kind === kind)
    .map(({ text }) => element('li', {}, escapeMarkup(bindUnits(text))));
  return texts.length === 0 ? '' : element('ul', {}, texts.join('\n'));
}

function formatWarnings(notes: readonly Note[]): string {
  const list = formatNotes(notes, 'warning');
  return list === '' ? '' : element('div', { class: 'warnings' }, `<h3>Warnings</h3>\n${list}`);
}

function formatSummaryTable({ systems, smallBlockBytes, largestBlockBytes }: Analysis): string {
  const scale = scaleRatios(systems.flatMap(({ comparison }) => comparison?.smallBlockTime ?? []));
  const headings = [
    { title: 'System' },
    { title: `${formatSize(smallBlockBytes)} one way`, unit: 'µs', kind: 'number' },
    { title: 'Verdict', kind: 'plain' },
    { title: 'Time ratio', kind: 'number' },
    { title: '', kind: 'bar', markup: themeSvg(drawRatioScale(scale)) },
    { title: 'Baseline', kind: 'plain' },
    { title: `Throughput, ${formatSize(largestBlockBytes)}`, unit: 'Mbit/s', kind: 'number' },
  ] as const;
  const rows = systems.map(({ system, smallBlock, largestBlock, comparison }) => {
    const ratio = comparison?.smallBlockTime;
    return {
      cells: [
        systemCell(system, systemPath(system)),
        estimateCell(smallBlock?.oneWayNs, (ns) => formatSignificant(ns / 1000)),
        ratio === undefined ? '' : formatVerdict(ratio),
        estimateCell(ratio, (value) => value.toFixed(3)),
        ratio === undefined ? '' : themeSvg(drawRatioBar(ratio, scale, lineStyleOf(system).color)),
        comparison === undefined ? '–' : escapeMarkup(systemLabel(comparison.baseline)),
        estimateCell(largestBlock?.throughputMbps, formatSignificant),
      ],
    };
  });
  return formatTable(headings, rows, { cards: true });
}

function formatVerdict(ratio: Ratio): string {
  if (ratio.verdict === 'unresolved') return element('span', { class: 'muted' }, 'not resolved');
  const word = ratio.verdict === 'higher' ? 'slower' : 'faster';
  const [value, interval] = formatChange(ratio).split(' (');
  return element('span', { class: word }, `${value} ${word}`) + element('span', { class: 'interval' }, `(${interval}`);
}
