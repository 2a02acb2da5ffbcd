// Two runs beside each other as a terminal shows them, in 80 columns: what differed when they were measured, then what
// has changed, what is not resolved and what is the same, most changed first.

import {
  type Change,
  type ChangeVerdict,
  type Estimate,
  formatList,
  formatSignificant,
  type RunDiff,
  systemLabel,
} from '../analysis/mod.ts';
import { SYSTEM_NAMES } from '../model/mod.ts';
import { type DiffTableOptions, formatConditions } from './diff-conditions.ts';
import { styleText, wrapText } from './wrap-text.ts';

const HEADINGS: Readonly<Record<ChangeVerdict, string>> = {
  changed: 'Changed',
  'not resolved': 'Not resolved',
  same: 'Same',
};

/** Ends with a newline. */
export function formatDiffTable(diff: RunDiff, options: DiffTableOptions): string {
  const { width = 80, color = false } = options;
  const { warnings, ratios, absolutes, counts } = diff;
  return [
    ...formatConditions(diff, options),
    ...(warnings.length === 0 ? [] : ['', styleText('Warnings', 'yellow', color)]),
    ...warnings.flatMap((text) => wrapText(text, width, '  • ', '    ')),
    ...formatChanges(`Ratios within a run${describeReferences(ratios)}`, ratios, width, color),
    ...formatChanges(`Absolute values: ${describeUnits(absolutes)}`, absolutes, width, color),
    ...(counts.length === 0 ? [] : ['', styleText('Counts that differ', 'bold', color)]),
    ...counts.flatMap(({ what, a, b }) => wrapText(`${what}: ${a} → ${b}`, width, '  ', '    ')),
    '',
    ...legend(diff).flatMap((line) => wrapText(line, width)),
    '',
  ].join('\n');
}

function formatChanges(title: string, changes: readonly Change[], width: number, color: boolean): string[] {
  if (changes.length === 0) return [];
  const groups = Map.groupBy(changes, ({ verdict }) => verdict);
  const counts = [...groups].map(([verdict, group]) => `${group.length} ${verdict}`);
  return [
    '',
    ...wrapText(`${title}. ${counts.join(', ')}.`, width).map((line) => styleText(line, 'bold', color)),
    row(['', '', 'A', 'B', 'B / A']),
    '─'.repeat(80),
    ...[...groups].flatMap(([verdict, group]) => [
      HEADINGS[verdict],
      ...group.map((change) => styleText(formatChange(change), styleOf(change), color)),
    ]),
  ];
}

function formatChange({ system, name, a, b, ratio, interval, direction }: Change): string {
  const mark = direction === undefined ? ' ' : direction === 'better' ? '+' : '-';
  const bounds = interval === undefined ? '' : ` [${formatBound(interval.low)}–${formatBound(interval.high)}]`;
  return row([`${mark} ${shortLabel(system)}`, name, formatValue(a), formatValue(b), formatRatio(ratio) + bounds]);
}

/** `0.964 ±1.3%`: the longer half of the interval. */
function formatValue({ value, low, high }: Estimate): string {
  const share = (Math.max(high - value, value - low) / value) * 100;
  const written = value < 1 ? value.toFixed(3) : value < 1e6 ? formatSignificant(value) : value.toExponential(2);
  return `${written} ±${share < 10 ? share.toFixed(1) : Math.round(share)}%`;
}

function formatRatio(ratio: number): string {
  if (ratio >= 1000) return '>999';
  return ratio < 10 ? ratio.toFixed(3) : formatSignificant(ratio);
}

/** Rounded away from 1, so that no bound that is not 1 is written as 1. */
function formatBound(bound: number): string {
  return formatRatio((bound < 1 ? Math.floor(bound * 1000) : Math.ceil(bound * 1000)) / 1000);
}

function styleOf({ direction }: Change): 'yellow' | 'green' | undefined {
  if (direction === undefined) return undefined;
  return direction === 'worse' ? 'yellow' : 'green';
}

function shortLabel(system: Change['system']): string {
  return systemLabel(system).replace('forward-oneway', 'fwd-1way');
}

/** `: direct and VS-NAT over forward; VS-DR over forward-oneway` */
function describeReferences(ratios: readonly Change[]): string {
  const references = new Map(ratios.map(({ system, over }) => [system, over]));
  const present = SYSTEM_NAMES.filter((system) => references.get(system) !== undefined);
  const parts = [...Map.groupBy(present, (system) => references.get(system) ?? system)].map(
    ([over, systems]) => `${formatList(systems.map(systemLabel))} over ${systemLabel(over)}`,
  );
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}

/** `time in µs, r∞ in Mbit/s`: of each last word of a name, its unit. */
function describeUnits(absolutes: readonly Change[]): string {
  const names = new Map(absolutes.map(({ name, unit }) => [quantityIn(name), unit ?? '']));
  const byUnit = Map.groupBy(names, ([, unit]) => unit);
  return [...byUnit].map(([unit, group]) => `${formatList(group.map(([name]) => name))} in ${unit}`).join('; ');
}

/** `http 1 kB time` → `time`; `4 MB CPU, softirq` → `CPU` */
function quantityIn(name: string): string {
  return /\bCPU\b/.test(name) ? 'CPU' : (name.split(' ').at(-1) ?? name);
}

function legend({ margin, falseAlarmRate, absolutes, ratios }: RunDiff): string[] {
  const percent = `${Number((margin * 100).toFixed(1))} %`;
  const anyChanged = [...absolutes, ...ratios].some(({ verdict }) => verdict === 'changed');
  return [
    '± is the 95 % interval of a run. The intervals of B / A of a list hold all together with ' +
      `${Math.round((1 - falseAlarmRate) * 100)} %: of pairs of runs of the same thing, one in ` +
      `${Math.round(1 / falseAlarmRate)} has anything changed in a list.`,
    `${anyChanged ? 'Changed (+ better, - worse in B)' : 'Changed'}: the interval is all above 1, or all below. Same: ` +
      `no change of more than ${percent}. Not resolved: it may be none, or more than ${percent}.`,
  ];
}

function row([first = '', name = '', ...values]: readonly string[]): string {
  const [a = '', b = '', ratio = ''] = values;
  return `${first.padEnd(11)}${name.padEnd(21)}${a.padStart(13)}${b.padStart(14)}${ratio.padStart(21)}`.trimEnd();
}
