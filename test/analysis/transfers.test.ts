// Transfers of services: their times summarised as netpipe's are, visits that failed left out and counted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, parseTransfers } from '../../src/analysis/mod.ts';
import type { BlockSample, TransferName, TransferSample } from '../../src/model/mod.ts';
import { synthesiseRun, TRUTH } from '../fixtures/run/synthetic-run.ts';

const { run, samples } = synthesiseRun();

/** The transfers that have netpipe's times. */
function transfersLike(
  blocks: readonly BlockSample[],
  transfer: TransferName,
  more: Partial<TransferSample> = {},
): TransferSample[] {
  return blocks.map(({ system, round, sizeBytes, exchanges, oneWayNs, histogram, cpu }) => ({
    transfer,
    system,
    round,
    sizeBytes,
    transfers: exchanges,
    timeNs: oneWayNs,
    histogram,
    failures: {},
    counts: {},
    payloadBytes: exchanges * sizeBytes,
    wireBytes: exchanges * sizeBytes,
    cpu,
    ...more,
  }));
}

test('transfers with the times of blocks have their fits, ratios and points', () => {
  const { systems, transfers } = analyse(run, samples, { transfers: transfersLike(samples, 'http') });
  assert.deepEqual(
    transfers.map(({ transfer, smallBytes, largestBytes }) => [transfer, smallBytes, largestBytes]),
    [['http', 1, 4_194_304]],
  );
  const [http] = transfers;
  for (const [index, system] of systems.entries()) {
    const own = http?.systems[index];
    assert.deepEqual([own?.system, own?.points, own?.fit], [system.system, system.points, system.fit]);
    assert.deepEqual(own?.comparison?.sizes, system.comparison?.sizes);
    // Their small one is the smallest file, not netpipe's usual small block.
    assert.equal(own?.smallBlock?.sizeBytes, 1);
  }
  const nat = http?.systems.find(({ system }) => system === 'nat')?.fit;
  assert.ok(Math.abs((nat?.latencyUs.value ?? 0) / TRUTH.nat.latencyUs - 1) < 0.05);
});

test('services are told apart, in an order of their own', () => {
  const transfers = [...transfersLike(samples, 'nfs'), ...transfersLike(samples, 'http')];
  const analysis = analyse(run, samples, { transfers });
  assert.deepEqual(
    analysis.transfers.map(({ transfer }) => transfer),
    ['http', 'nfs'],
  );
  assert.deepEqual(analyse(run, samples).transfers, []);
});

test('failures and retransmissions are summed by system, and a visit without a transfer has no time', () => {
  const nat = samples.filter(({ system }) => system === 'nat');
  const rest = samples.filter(({ system }) => system !== 'nat');
  const none = { transfers: 0, timeNs: { min: 0, p5: 0, p50: 0, p99: 0, max: 0, mean: 0 }, failures: { refused: 1 } };
  const transfers = [
    ...transfersLike(nat, 'ftp', none),
    ...transfersLike(rest.slice(0, 2), 'ftp', { counts: { retransmissions: 3, 'late replies': 0 } }),
    ...transfersLike(rest.slice(2), 'ftp'),
  ];
  const [ftp] = analyse(run, samples, { transfers }).transfers;
  assert.ok(ftp !== undefined && !ftp.systems.some(({ system }) => system === 'nat'));
  assert.equal(ftp.systems.length, run.systems.length - 1);
  assert.deepEqual(ftp.failures, [{ system: 'nat', what: 'refused', count: nat.length }]);
  assert.deepEqual(
    ftp.counts,
    rest.slice(0, 2).map(({ system }) => ({ system, what: 'retransmissions', count: 3 })),
  );
});

test('lines of transfers.ndjson are read as they are written, and a wrong one is named', () => {
  const written = transfersLike(samples.slice(0, 3), 'lpd');
  const text = written.map((sample) => `${JSON.stringify(sample)}\n`).join('');
  assert.deepEqual(parseTransfers(text).samples, written);
  assert.deepEqual(parseTransfers(text.slice(0, -20)), { samples: written.slice(0, 2), lastLineDropped: true });
  const bad = text.replace('"transfer":"lpd"', '"transfer":"gopher"');
  assert.throws(() => parseTransfers(bad), /transfers\.ndjson.*1.*transfer/s);
});

test('files that did not cross the wire are warned of, by service and system', () => {
  const transfers = transfersLike(samples, 'nfs').map((sample) =>
    sample.system === 'dr' ? { ...sample, wireBytes: Math.round(sample.payloadBytes / 4) } : sample,
  );
  const notes = analyse(run, samples, { transfers }).notes.filter(({ topic }) => topic === 'caching');
  assert.deepEqual(notes, [
    {
      kind: 'warning',
      topic: 'caching',
      text: '75 % of the bytes of nfs read on VS-DR did not cross the wire: a cache gave them, and the times are its.',
    },
  ]);
});
