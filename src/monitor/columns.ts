// The columns of the table and which of them a width has room for. A column with nothing in it takes no room.

import type { Counters, Rates } from '../director/mod.ts';
import { formatQuantity, formatShare } from './format-quantity.ts';
import type { Row } from './rows.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  /** Columns of a lower rank are shown first where not all have room. */
  readonly rank: number;
  readonly cell: (row: Row) => string;
  /** False when the column would say nothing of these rows. */
  readonly isOfUse?: (rows: readonly Row[]) => boolean;
}

const SERVICES_TITLE = 'Service, servers';
const SERVER_INDENT = '  ';
/** An IPv4 server with its port; longer names are cut before further columns are left out. */
const NAME_WIDTH = 23;

function rate(title: string, rank: number, key: keyof Rates): Column {
  return { title, width: 7, rank, cell: ({ activity }) => formatQuantity(activity.rates[key]) };
}

function counter(title: string, rank: number, key: keyof Counters): Column {
  return { title, width: 9, rank, cell: ({ activity }) => formatQuantity(activity.counters[key]) };
}

/** Replies pass the director under VS-NAT alone. */
function ofReplies(column: Column): Column {
  return {
    ...column,
    isOfUse: (rows) => rows.some(({ how, activity }) => how === 'Masq' || activity.counters.outPackets > 0),
  };
}

const COLUMNS: readonly Column[] = [
  { title: 'Forward', width: 7, rank: 1, cell: ({ how }) => how },
  { title: 'Weight', width: 6, rank: 4, cell: ({ activity }) => formatQuantity(activity.weight) },
  { title: 'Active', width: 6, rank: 1, cell: ({ activity }) => formatQuantity(activity.activeConnections) },
  { title: 'Inact', width: 5, rank: 2, cell: ({ activity }) => formatQuantity(activity.inactiveConnections) },
  {
    title: 'Persist',
    width: 7,
    rank: 6,
    cell: ({ activity }) => formatQuantity(activity.persistentConnections),
    isOfUse: (rows) => rows.some(({ activity }) => activity.persistentConnections > 0),
  },
  { ...rate('CPS', 1, 'connectionsPerSecond'), width: 5 },
  { ...rate('In p/s', 5, 'inPacketsPerSecond'), width: 6 },
  ofReplies(rate('Out p/s', 6, 'outPacketsPerSecond')),
  { ...rate('In B/s', 2, 'inBytesPerSecond'), width: 6 },
  ofReplies(rate('Out B/s', 3, 'outBytesPerSecond')),
  { title: 'Share', width: 5, rank: 3, cell: ({ share }) => formatShare(share) },
  counter('Conns', 7, 'connections'),
  counter('In pkts', 8, 'inPackets'),
  ofReplies(counter('Out pkts', 8, 'outPackets')),
  counter('In bytes', 9, 'inBytes'),
  ofReplies(counter('Out bytes', 9, 'outBytes')),
];

export interface TableLayout {
  readonly nameWidth: number;
  readonly columns: readonly Column[];
}

/** @param rows all of the table, so that scrolling leaves the columns where they are */
export function layOutTable(rows: readonly Row[], width: number): TableLayout {
  const longest = Math.max(SERVICES_TITLE.length, ...rows.map((row) => indented(row).length));
  let room = width - Math.min(longest, NAME_WIDTH);
  const chosen = new Set<Column>();
  const useful = COLUMNS.filter(({ isOfUse }) => isOfUse?.(rows) ?? true);
  for (const column of useful.toSorted((one, other) => one.rank - other.rank)) {
    const taken = column.width + 1;
    if (taken > room) break;
    room -= taken;
    chosen.add(column);
  }
  const columns = useful.filter((column) => chosen.has(column));
  const taken = columns.reduce((sum, column) => sum + column.width + 1, 0);
  return { nameWidth: Math.min(longest, width - taken), columns };
}

export function formatHeading({ nameWidth, columns }: TableLayout): string {
  const titles = columns.map((column, index) => align(column.title, column, index));
  return [SERVICES_TITLE.slice(0, nameWidth).padEnd(nameWidth), ...titles].join(' ');
}

export function formatRow(row: Row, { nameWidth, columns }: TableLayout): string {
  const cells = columns.map((column, index) => align(column.cell(row), column, index));
  return [fitName(row, nameWidth).padEnd(nameWidth), ...cells].join(' ');
}

/** The first column holds words, the others numbers. */
function align(text: string, { width }: Column, index: number): string {
  return index === 0 ? text.slice(0, width).padEnd(width) : text.padStart(width);
}

function indented({ level, name }: Row): string {
  return level === 'server' ? SERVER_INDENT + name : name;
}

/** Names that differ mostly differ at their ends, so a long one is cut in front of that. */
function fitName(row: Row, width: number): string {
  const text = indented(row);
  if (text.length <= width) return text;
  const head = row.level === 'server' ? SERVER_INDENT : row.name.slice(0, row.name.indexOf(' ') + 1);
  const tailLength = Math.max(0, width - head.length - 1);
  return `${head}…${tailLength === 0 ? '' : row.name.slice(-tailLength)}`.slice(0, Math.max(0, width));
}
