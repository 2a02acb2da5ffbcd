// The section of report.html on one experiment: what stood and was compared, its plots, and claim by claim what was found,
// within which bounds it had to be, and how to repeat it.

import { formatSignificant, type JudgedClaim, type JudgedExperiment, type Outcome } from '../analysis/mod.ts';
import { describeBounds } from './bounds.ts';
import { drawChart } from './draw-charts.ts';
import { figureOption } from './figure-chart.ts';
import { formatFigure } from './html-figure.ts';
import { estimateCell, formatTable, type Heading } from './html-table.ts';
import { element, escapeMarkup } from './markup.ts';
import { assignStyles } from './series-style.ts';

const HEADINGS: readonly Heading[] = [
  { title: 'Quantity' },
  { title: 'Found', kind: 'number' },
  { title: 'Bounds', kind: 'number' },
  { title: '', kind: 'plain' },
];
const OUTCOMES: Readonly<Record<Outcome, string>> = { met: 'met', missed: 'missed', open: 'open', reported: '' };

/** The anchor of an experiment's section. */
export function experimentAnchor(id: string): string {
  return `experiment-${id}`;
}

export function formatExperiment({ id, section, title, method, run, claims, figures }: JudgedExperiment): string {
  const styles = assignStyles(figures.flatMap(({ series }) => series.map(({ name }) => name)));
  return [
    element('h2', { id: experimentAnchor(id) }, escapeMarkup(`${section} · ${title}`)),
    element('p', {}, escapeMarkup(method)),
    element('p', { class: 'meta' }, `Repeat it: <code>${escapeMarkup(commandOf(id, run))}</code>${describeTime(run)}`),
    ...(run?.needs === undefined ? [] : [element('p', {}, escapeMarkup(`This machine lacks for it: ${run.needs}`))]),
    ...(run?.failure === undefined ? [] : [formatFailure(run.failure)]),
    ...figures.map((figure, index) => {
      const name = `${id}-${index}`;
      const option = figureOption(figure, styles);
      return formatFigure(name, figure.title, figure.caption, drawChart(name, option), option);
    }),
    ...claims.map(formatClaim),
  ].join('\n');
}

function formatFailure(failure: string): string {
  const text = element('p', {}, escapeMarkup(failure));
  return element('div', { class: 'warnings' }, `<h3>It ended early</h3>\n${text}`);
}

function commandOf(id: string, run: JudgedExperiment['run']): string {
  return `lvskit reproduce ${run?.depth === 'quick' ? '--quick ' : ''}${id}`;
}

function describeTime(run: JudgedExperiment['run']): string {
  if (run?.finishedAt === undefined) return '';
  return ` · took ${Math.round((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)} s`;
}

function formatClaim({ id, says, paper, criterion, remark, verdict, why, statements }: JudgedClaim): string {
  const rows = statements.map(({ name, estimate, bounds, unit, outcome }) => ({
    cells: [
      escapeMarkup(unit === undefined ? name : `${name}, ${unit}`),
      estimateCell(estimate, formatSignificant),
      describeBounds(bounds) || '–',
      OUTCOMES[outcome],
    ],
  }));
  const text = [
    ['Paper', paper],
    ['Holds when', criterion],
    ...(remark === undefined ? [] : [['Today', remark]]),
    ['Verdict', why === undefined ? verdict : `${verdict}: ${why}`],
  ].map(([term = '', words = '']) => element('dt', {}, escapeMarkup(term)) + element('dd', {}, escapeMarkup(words)));
  return [
    element('h3', { id }, escapeMarkup(`${id}. ${says}`)),
    element('dl', {}, text.join('\n')),
    rows.length === 0 ? '' : formatTable(HEADINGS, rows),
  ].join('\n');
}
