// What `lvskit bench` shows of transfers: for each size a row of 80 columns, and remarks on what has to be known with it.

import type { TransferResult } from '../measure/mod.ts';
import { findCaching, formatSignificant } from '../model/mod.ts';
import { alignRight } from './align-right.ts';

/** A row of the table, and a line of --json. */
export interface TransferRow extends TransferResult {
  /** Of what was transferred, if that was asked for. */
  readonly sizeBytes?: number | undefined;
}

const WIDTHS = [9, 9, 9, 9, 9, 9, 9, 9, 8];

/** Where more than this share of a CPU was used, the client may have been the limit. */
const BUSY_SHARE = 0.95;

/** @param transfers what they are called, at most 6 letters: hits, files, jobs */
export function formatTransferHeading(transfers: string): string {
  const times = ['min µs', 'p50 µs', 'p99 µs', 'max µs'];
  return alignRight(['bytes', transfers, `${transfers}/s`, 'Mbit/s', ...times, 'failed'], WIDTHS);
}

export function formatTransferRow(row: TransferRow): string {
  const { min, p50, p99, max } = row.timeNs;
  return alignRight(
    [
      String(row.sizeBytes ?? Math.round(row.payloadBytes / Math.max(row.transfers, 1))),
      String(row.transfers),
      row.transfersPerSecond.toFixed(row.transfersPerSecond < 100 ? 1 : 0),
      formatSignificant((row.payloadBytes * 8) / row.seconds / 1e6),
      ...[min, p50, p99, max].map((ns) => formatMicroseconds(ns / 1000)),
      String(Object.values(row.failures).reduce((sum, count) => sum + count, 0)),
    ],
    WIDTHS,
  );
}

/** Lines about failures, stalls, and a client that was itself the limit. */
export function formatTransferRemarks(row: TransferRow): readonly string[] {
  const remarks = Object.entries(row.failures).map(([cause, count]) => `${count} failed: ${cause}`);
  const slow = row.stalls.filter(({ kind }) => kind === 'slow transfer');
  const gaps = row.stalls.filter(({ kind }) => kind === 'gap');
  const [worst] = slow.toSorted((a, b) => b.lastedMs - a.lastedMs);
  if (worst !== undefined) {
    remarks.push(
      `${slow.length} stood still, for over 20 times as long as the shortest took; the worst ${worst.lastedMs.toFixed(1)} ms, at ${seconds(worst.atMs)}`,
    );
  }
  for (const { atMs, lastedMs } of gaps.slice(0, 3)) {
    remarks.push(`none came to its end for ${lastedMs.toFixed(0)} ms, from ${seconds(atMs)} on`);
  }
  const caching = findCaching(row);
  if (caching !== undefined) {
    const percent = (caching.cachedShare * 100).toFixed(0);
    remarks.push(`${percent} % of the payload did not cross the wire: it came from a cache, or was compressed`);
  }
  if (row.cpuShare > BUSY_SHARE) {
    remarks.push(
      `this client used ${(row.cpuShare * 100).toFixed(0)} % of its CPU: it may be the limit, not the server`,
    );
  }
  return remarks;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function formatMicroseconds(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
