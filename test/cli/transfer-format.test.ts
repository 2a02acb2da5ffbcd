// Rows of `lvskit bench` and lines of `lvskit scale`: rates of every size in digits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeProgress } from '../../src/cli/scale-progress.ts';
import { formatTransferHeading, formatTransferRow } from '../../src/cli/transfer-format.ts';
import { synthesiseScale } from '../fixtures/run/synthetic-scale.ts';

/** Of transfers of so many bytes, so many Mbit/s, each of which took so long. */
function rowOf(sizeBytes: number, mbps: number, timeNs: number): string {
  const seconds = 2;
  const payloadBytes = (mbps * 1e6 * seconds) / 8;
  const transfers = payloadBytes / sizeBytes;
  return formatTransferRow({
    sizeBytes,
    seconds,
    transfers: Math.round(transfers),
    transfersPerSecond: transfers / seconds,
    payloadBytes,
    wireBytes: payloadBytes,
    timeNs: { min: timeNs, p5: timeNs, p50: timeNs, p99: timeNs, max: timeNs, mean: timeNs },
    histogram: '',
    failures: {},
    stalls: [],
    cpuShare: 0.5,
  });
}

test('a row has the rate in digits, however small or large it is, and times of seconds in µs', () => {
  const { length } = formatTransferHeading('files');
  const rates = [0, 0.0008, 0.5, 84.25, 4283, 38_125].map((mbps) => {
    const row = rowOf(65_536, mbps, 122_000);
    assert.equal(row.length, length);
    return row.slice(27, 36).trim().replace('\u00a0', ' ');
  });
  assert.deepEqual(rates, ['0', '0.000800', '0.500', '84.3', '4 280', '38 100']);
  assert.match(rowOf(2 ** 26, 100, 5_368_709_120), /( +5368709){4} +0$/);
});

test('a window of many clients is told of with its rate in digits', () => {
  const [sample] = synthesiseScale({
    systems: ['nat'],
    clients: [4],
    rounds: 1,
    noise: 0,
    rateMbps: () => 7283,
  }).windows;
  assert.ok(sample !== undefined);
  const line = describeProgress({ stage: 'measuring', sample, done: 17, total: 24 });
  assert.equal(line, '  17 of 24: nat, 4 clients, 7\u00a0280 Mbit/s');
});
