// The comparison as a terminal shows it: a table of at most 80 columns, then the notes.

import {
  type Analysis,
  type Comparison,
  formatInterval,
  formatSignificant,
  formatSize,
  type Note,
  type SizePoint,
  type SystemAnalysis,
  systemLabel,
} from '../analysis/mod.ts';
import type { SystemName } from '../model/mod.ts';
import { formatTransferTable } from './transfer-table.ts';
import { styleText, type TextStyle, wrapText } from './wrap-text.ts';

export interface CompareTableOptions {
  /** Of the notes; the table has its own width, which is below 80. */
  readonly width?: number;
  /** Whether to use ANSI colours. */
  readonly color?: boolean;
}

interface Column {
  readonly titles: readonly [string, string];
  readonly width: number;
  readonly alignment: 'left' | 'right';
}

const NOTE_TITLES: Readonly<Record<Note['kind'], string>> = {
  warning: 'Warnings',
  finding: 'Findings',
  context: 'What these numbers can mean',
};

/** Ends with a newline. */
export function formatCompareTable(analysis: Analysis, options: CompareTableOptions = {}): string {
  const { width = 80, color = false } = options;
  const baselines = [...new Set(analysis.systems.flatMap(({ comparison }) => comparison?.baseline ?? []))];
  const cells = analysis.systems.map((system) => [...formatCells(system), formatRatio(system.comparison)]);
  const columns = planColumns(analysis, cells);
  const header = [0, 1].map((line) =>
    alignCells(
      columns,
      columns.map(({ titles }) => titles[line] ?? ''),
    ),
  );
  const rows = analysis.systems.map(({ comparison }, index) => {
    const row = alignCells(columns, cells[index] ?? []) + formatMarker(comparison, baselines);
    return styleText(row, styleOf(comparison), color);
  });
  const rule = '─'.repeat(columns.reduce((sum, column) => sum + column.width, 0) + 2);
  return [
    ...header.map((line) => styleText(line, 'bold', color)),
    rule,
    ...rows,
    rule,
    ...legend(analysis, baselines).flatMap((line) => wrapText(line, width)),
    ...(analysis.transfers.length === 0 ? [] : ['', formatTransferTable(analysis.transfers, width)]),
    ...formatNotes(analysis.notes, width, color),
    '',
  ].join('\n');
}

/** Columns of the usual widths, wider where a cell needs it. */
function planColumns({ smallBlockBytes }: Analysis, cells: readonly (readonly string[])[]): Column[] {
  const usual: readonly Column[] = [
    { titles: ['', 'system'], width: 15, alignment: 'left' },
    { titles: [`${formatSize(smallBlockBytes)} one way`, 'µs [95 %]'], width: 17, alignment: 'right' },
    { titles: ['L', 'µs'], width: 6, alignment: 'right' },
    { titles: ['r∞', 'Mbit/s'], width: 9, alignment: 'right' },
    { titles: ['n½', ''], width: 8, alignment: 'right' },
    { titles: ['time ratio', '[95 %]'], width: 20, alignment: 'right' },
  ];
  return usual.map((column, index) => ({
    ...column,
    width: Math.max(column.width, ...cells.map((row) => (row[index]?.length ?? 0) + 1)),
  }));
}

function formatCells({ system, smallBlock, fit }: SystemAnalysis): string[] {
  return [
    systemLabel(system),
    smallBlock === undefined ? '–' : formatOneWay(smallBlock),
    fit === undefined ? '–' : `${fit.describesData ? '' : '~'}${formatSignificant(fit.latencyUs.value)}`,
    fit === undefined ? '–' : formatSignificant(fit.maxRateMbps.value),
    fit === undefined ? '–' : formatSize(fit.poleBytes.value),
  ];
}

function formatOneWay({ oneWayNs: { value, low, high } }: SizePoint): string {
  const [valueUs, lowUs, highUs] = [value, low, high].map((timeNs) => formatSignificant(timeNs / 1000));
  return `${valueUs} [${lowUs}–${highUs}]`;
}

function formatRatio(comparison: Comparison | undefined): string {
  const ratio = comparison?.smallBlockTime;
  return ratio === undefined ? '–' : `${ratio.value.toFixed(3)} [${formatInterval(ratio)}]`;
}

/** Which baseline a ratio has: a letter that the legend explains. */
function formatMarker(comparison: Comparison | undefined, baselines: readonly SystemName[]): string {
  if (comparison?.smallBlockTime === undefined) return '';
  return ` ${String.fromCharCode('a'.charCodeAt(0) + baselines.indexOf(comparison.baseline))}`;
}

function legend({ systems }: Analysis, baselines: readonly SystemName[]): string[] {
  const letters = baselines.map(
    (baseline, index) => `${String.fromCharCode('a'.charCodeAt(0) + index)} over ${systemLabel(baseline)}`,
  );
  const ratios = `Time ratio: ${letters.join(', ')}. An interval that includes 1 resolves no difference.`;
  const poor = systems.some(({ fit }) => fit?.describesData === false);
  return [
    ...(baselines.length === 0 ? [] : [ratios]),
    ...(poor ? ['~ One line L + n/r∞ does not describe these times.'] : []),
  ];
}

function styleOf(comparison: Comparison | undefined): TextStyle | undefined {
  switch (comparison?.smallBlockTime?.verdict) {
    case 'higher':
      return 'yellow';
    case 'lower':
      return 'green';
    default:
      return undefined;
  }
}

function alignCells(columns: readonly Column[], cells: readonly string[]): string {
  return columns
    .map(({ width, alignment }, index) => {
      const cell = cells[index] ?? '';
      return alignment === 'left' ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('')
    .trimEnd();
}

function formatNotes(notes: readonly Note[], width: number, color: boolean): string[] {
  const ofKind = Map.groupBy(notes, ({ kind }) => kind);
  return [...ofKind].flatMap(([kind, group]) => [
    '',
    styleText(NOTE_TITLES[kind], kind === 'warning' ? 'yellow' : 'bold', color),
    ...group.flatMap(({ text }) => wrapText(text, width, '  • ', '    ')),
  ]);
}
