// The table on the page of a scale run: a row for each system and number of clients, on one number of realservers.

import { formatSignificant, type ScaleCurve } from '../analysis/mod.ts';
import type { ScaleRun } from '../model/mod.ts';
import { type Cell, estimateCell, formatTable, type Heading, systemCell, UNKNOWN, valueCell } from './html-table.ts';
import { escapeMarkup } from './markup.ts';
import { formatScaleTitle } from './scale-table.ts';

const HEADINGS: readonly Heading[] = [
  { title: 'System' },
  { title: 'Clients', kind: 'number' },
  { title: 'In one window', unit: 'Mbit/s', kind: 'number' },
  { title: 'On the wire', unit: 'Mbit/s', kind: 'number' },
  { title: 'In own windows', unit: 'Mbit/s', kind: 'number' },
  { title: 'Transfers', unit: 'per second', kind: 'number' },
  { title: 'New connections', unit: 'per second', kind: 'number' },
  { title: 'Fairness', unit: 'clients', kind: 'number' },
  { title: 'Split', unit: 'realservers', kind: 'number' },
  { title: 'Limit', kind: 'plain' },
];

/** Without the columns that have nothing to say of any point. `curves` are those of one number of realservers. */
export function formatPointTable(run: ScaleRun, curves: readonly ScaleCurve[]): string {
  const [first] = curves;
  if (first === undefined) return '';
  const rows = curves.flatMap((curve) => cellsOf(curve, hasConnections(curves)));
  const useful = HEADINGS.map((_, column) => rows.some((cells) => cells[column] !== UNKNOWN));
  const keepUseful = <T>(row: readonly T[]) => row.filter((_, column) => useful[column]);
  return formatTable(
    keepUseful(HEADINGS),
    rows.map((cells) => ({ cells: keepUseful(cells) })),
    { caption: formatScaleTitle(first, run) },
  );
}

/** Netpipe's clients keep theirs, and http's. */
export function hasConnections(curves: readonly ScaleCurve[]): boolean {
  return curves.some(({ points }) =>
    points.some(({ newConnectionsPerSecond: made }) => made !== undefined && made.value > 0),
  );
}

function cellsOf({ system, points }: ScaleCurve, withConnections: boolean): Cell[][] {
  return points.map((point) => [
    systemCell(system),
    String(point.clients),
    estimateCell(point.throughputMbps, formatSignificant),
    estimateCell(point.wireMbps, formatSignificant),
    estimateCell(point.unsynchronisedMbps, formatSignificant),
    estimateCell(point.transfersPerSecond, formatSignificant),
    withConnections ? estimateCell(point.newConnectionsPerSecond, formatSignificant) : UNKNOWN,
    point.fairness.toFixed(2),
    valueCell(point.split, (value) => value.toFixed(2)),
    escapeMarkup(point.bottleneck.kind === 'unknown' ? 'none found' : point.bottleneck.kind),
  ]);
}
