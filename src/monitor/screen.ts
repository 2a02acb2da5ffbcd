// What `lvskit top` shows, as lines of text: a summary, then the table of services or that of drops, then the keys.
// It knows the size of the screen, but not how terminals are written to.

import { formatHeading, formatRow, layOutTable } from './columns.ts';
import type { Controls } from './controls.ts';
import { meaningOfDrop } from './drop-reasons.ts';
import { formatQuantity } from './format-quantity.ts';
import { type Row, rowsOf } from './rows.ts';
import type { DropView, View } from './view.ts';

export interface Line {
  readonly text: string;
  readonly style: 'plain' | 'strong' | 'heading' | 'alarm';
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Of a screen: four of summary, one of column titles, one of keys. */
const FIXED_LINES = 6;
const REASON_WIDTH = 20;

/** What one scrolls through. */
export function bodyLength(view: View | undefined, controls: Controls): number {
  if (view === undefined) return 0;
  if (controls.table === 'drops') return view.drops.length;
  return view.services.reduce((sum, { servers }) => sum + 1 + (controls.folded ? 0 : servers.length), 0);
}

export function pageLength({ rows }: Size): number {
  return Math.max(1, rows - FIXED_LINES);
}

/** Exactly as many lines as the screen has, each at most as wide as it. `view` is undefined where there is no director. */
export function formatScreen(view: View | undefined, controls: Controls, size: Size): readonly Line[] {
  if (view === undefined) {
    return fit([plain('No director in this network namespace. Waiting for one; q quits.')], size);
  }
  const page = pageLength(size);
  const { heading, body } = formatTable(view, controls, size.columns);
  const shown = body.slice(controls.scroll, controls.scroll + page);
  const blanks = Array.from({ length: page - shown.length }, () => plain(''));
  const last = Math.min(controls.scroll + page, body.length);
  const place = body.length > page ? `   ${controls.scroll + 1}-${last} of ${body.length}` : '';
  const keys: Line = { text: `${formatKeys(controls)}${place}`, style: 'heading' };
  const lines = [...formatSummary(view), heading, ...shown.map((line) => line()), ...blanks, keys];
  return fit(lines, size);
}

/** The whole table for a file or a pipe. */
export function formatListing(view: View, controls: Controls, columns: number): string {
  const { heading, body } = formatTable(view, controls, columns);
  const lines = [...formatSummary(view), heading, ...body.map((line) => line())];
  return lines.map(({ text }) => `${text.slice(0, columns).trimEnd()}\n`).join('');
}

function formatSummary({ reading, services, total, drops }: View): readonly Line[] {
  const { takenAt, flows, flowsMax, nics } = reading;
  const servers = services.reduce((sum, service) => sum + service.servers.length, 0);
  const attached = nics.filter((nic) => nic.attached).map(({ device }) => device);
  const others = nics.filter((nic) => !nic.attached).map(({ device }) => device);
  const percent = ((flows / flowsMax) * 100).toFixed(1);
  const dropped = drops.reduce((sum, { packets }) => sum + packets, 0);
  return [
    plain(
      `lvskit top  ${takenAt.toLocaleTimeString('en-GB')}  ` +
        `${count(services.length, 'service')}, ${count(servers, 'server')}  NICs ${attached.join(' ') || 'none'}` +
        (others.length === 0 ? '' : ` (not attached: ${others.join(' ')})`),
    ),
    { text: `Flows    ${flows} of ${flowsMax} (${percent}%)`, style: flows > flowsMax * 0.9 ? 'alarm' : 'plain' },
    plain(
      `Traffic  in ${formatQuantity(total.inPacketsPerSecond)} p/s, ${formatQuantity(total.inBytesPerSecond)} B/s   ` +
        `out ${formatQuantity(total.outPacketsPerSecond)} p/s, ${formatQuantity(total.outBytesPerSecond)} B/s   ` +
        `${formatQuantity(total.connectionsPerSecond)} new connections/s`,
    ),
    { text: `Dropped  ${formatDropSummary(drops)}`, style: dropped > 0 ? 'alarm' : 'plain' },
  ];
}

/** Those that are happening first. */
function formatDropSummary(drops: readonly DropView[]): string {
  const some = drops
    .filter(({ packets }) => packets > 0)
    .toSorted((one, other) => (other.perSecond ?? 0) - (one.perSecond ?? 0) || other.packets - one.packets);
  if (some.length === 0) return 'nothing';
  return some
    .map(({ reason, packets, perSecond = 0 }) => {
      const rate = perSecond > 0 ? ` (${formatQuantity(perSecond)}/s)` : '';
      return `${reason} ${formatQuantity(packets)}${rate}`;
    })
    .join(', ');
}

interface Table {
  readonly heading: Line;
  /** Formatted only when shown: a table may have a hundred thousand lines. */
  readonly body: readonly (() => Line)[];
}

function formatTable(view: View, controls: Controls, columns: number): Table {
  if (controls.table === 'drops') return formatDropTable(view.drops);
  const rows = rowsOf(view, controls);
  const layout = layOutTable(rows, columns);
  return {
    heading: { text: formatHeading(layout), style: 'heading' },
    body: rows.map((row) => () => ({ text: formatRow(row, layout), style: styleOf(row, controls) })),
  };
}

function styleOf(row: Row, { folded }: Controls): Line['style'] {
  return row.level === 'service' && !folded ? 'strong' : 'plain';
}

function formatDropTable(drops: readonly DropView[]): Table {
  const line = (reason: string, packets: string, perSecond: string, meaning: string) =>
    `${reason.padEnd(REASON_WIDTH)} ${packets.padStart(7)} ${perSecond.padStart(6)}  ${meaning}`;
  return {
    heading: { text: line('Dropped for', 'Packets', 'p/s', 'Meaning'), style: 'heading' },
    body: drops.map(({ reason, packets, perSecond }) => () => {
      const rate = perSecond === undefined ? '-' : formatQuantity(perSecond);
      const text = line(reason, formatQuantity(packets), rate, meaningOfDrop(reason));
      return { text, style: perSecond !== undefined && perSecond > 0 ? 'alarm' : 'plain' };
    }),
  };
}

function formatKeys({ order, table, folded }: Controls): string {
  const keys =
    table === 'drops' ? ['d services'] : [`s sort: ${order}`, folded ? 'f show servers' : 'f hide servers', 'd drops'];
  return ['q quit', ...keys, 'arrows scroll'].join('  ');
}

function fit(lines: readonly Line[], { columns, rows }: Size): readonly Line[] {
  const cut = lines.slice(0, rows).map(({ text, style }) => ({
    text: style === 'heading' ? text.slice(0, columns).padEnd(columns) : text.slice(0, columns).trimEnd(),
    style,
  }));
  return [...cut, ...Array.from({ length: Math.max(0, rows - cut.length) }, () => plain(''))];
}

function plain(text: string): Line {
  return { text, style: 'plain' };
}

function count(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}
