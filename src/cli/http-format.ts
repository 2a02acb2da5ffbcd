// What `lvskit bench http` shows of a run: a row of 80 columns, and remarks on what has to be known with it.

import type { HttpRow } from './bench-http.ts';

const COLUMNS = ['bytes', 'hits', 'hits/s', 'Mbit/s', 'min µs', 'p50 µs', 'p99 µs', 'max µs', 'failed'];
const WIDTHS = [9, 9, 9, 9, 9, 9, 9, 9, 8];

/** Where more than this share of a CPU was used, the client may have been the limit. */
const BUSY_SHARE = 0.95;
/** A request that is sent later than this was not sent at the rate that was asked for. */
const LAG_MS = 5;

export function formatHttpHeading(): string {
  return alignRight(COLUMNS);
}

export function formatHttpRow(row: HttpRow): string {
  const { min, p50, p99, max } = row.timeNs;
  return alignRight([
    String(row.sizeBytes ?? Math.round(row.payloadBytes / Math.max(row.transfers, 1))),
    String(row.transfers),
    row.transfersPerSecond.toFixed(row.transfersPerSecond < 100 ? 1 : 0),
    ((row.payloadBytes * 8) / row.seconds / 1e6).toPrecision(3),
    ...[min, p50, p99, max].map((ns) => formatMicroseconds(ns / 1000)),
    String(Object.values(row.failures).reduce((sum, count) => sum + count, 0)),
  ]);
}

/** Lines about failures, stalls, and a client that was itself the limit. */
export function formatRemarks(row: HttpRow): readonly string[] {
  const remarks = Object.entries(row.failures).map(([cause, count]) => `${count} failed: ${cause}`);
  if (row.malformed !== undefined) remarks.push(`the first malformed reply: ${JSON.stringify(row.malformed)}`);
  const slow = row.stalls.filter(({ kind }) => kind === 'slow transfer');
  const gaps = row.stalls.filter(({ kind }) => kind === 'gap');
  const [worst] = slow.toSorted((a, b) => b.lastedMs - a.lastedMs);
  if (worst !== undefined) {
    remarks.push(
      `${slow.length} took over 20 times as long as the shortest; the worst ${worst.lastedMs.toFixed(1)} ms, at ${seconds(worst.atMs)}`,
    );
  }
  for (const { atMs, lastedMs } of gaps.slice(0, 3)) {
    remarks.push(`no reply came to its end for ${lastedMs.toFixed(0)} ms, from ${seconds(atMs)} on`);
  }
  if (row.cpuShare > BUSY_SHARE) {
    remarks.push(
      `this client used ${(row.cpuShare * 100).toFixed(0)} % of its CPU: it may be the limit, not the server; add --processes`,
    );
  }
  if (row.worstLagMs > LAG_MS) {
    remarks.push(
      `requests were sent up to ${row.worstLagMs.toFixed(0)} ms late: no connection was free; add --connections`,
    );
  }
  return remarks.map((remark) => `${row.path}: ${remark}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function formatMicroseconds(value: number): string {
  if (value < 100) return value.toFixed(1);
  return value < 1e6 ? value.toFixed(0) : value.toExponential(2);
}

function alignRight(cells: readonly string[]): string {
  return cells.map((cell, column) => cell.padStart(WIDTHS[column] ?? 0)).join('');
}
