// Services on one path, from made observations: lines for all of them, as the paper has it, and one that has a knee.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { services } from '../../../src/suite/experiments/services.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [1, 1024, 8192, 65_536, 524_288, 4_194_304, 16_777_216];
const LARGEST = 16_777_216;
/** ns for a byte. */
const PACE = 4;
const LATENCIES_NS = { netpipe: 12_000, http: 200_000, lpd: 1_500_000, ftp: 3_500_000, rsh: 5_000_000 };

type Times = Readonly<Record<string, (sizeBytes: number) => number>>;

const LINES: Times = Object.fromEntries(
  Object.entries(LATENCIES_NS).map(([cell, latency]) => [cell, (size: number) => latency + PACE * size]),
);

function observe(times: Times, limited: Readonly<Record<string, number>> = { netpipe: 1, http: 1.02, rsh: 1.1 }) {
  const elsewhere = Object.fromEntries(Object.entries(limited).map(([cell, factor]) => [cell, () => factor * 1e9]));
  return [
    ...netpipeTimes(SIZES, times).map((one) => ({ ...one, measure: 'transfer' })),
    ...['transfer, offloads on', 'transfer, 100 Mbit/s'].flatMap((measure) =>
      netpipeTimes([LARGEST], elsewhere).map((one) => ({ ...one, measure })),
    ),
  ];
}

test('lines with the latencies of today are what the paper says of all services', () => {
  for (const id of ['C01', 'C02', 'C04']) {
    const { verdict, outcomes } = judgeClaim(services, id, observe(LINES));
    assert.equal(verdict, 'holds', `${id}: ${JSON.stringify(outcomes)}`);
  }
});

test('a service that takes twice as long for each byte beyond a size has no line', () => {
  const knee = (size: number) => 12_000 + 0.3 * size + Math.max(0, size - 524_288) * 1.2;
  const { verdict, outcomes } = judgeClaim(services, 'C01', observe({ ...LINES, netpipe: knee }));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['largest, netpipe'], 'missed');
  assert.equal(outcomes['largest, http'], 'met');
});

test('another order of the latencies is not the paper’s', () => {
  const { verdict, outcomes } = judgeClaim(services, 'C02', observe({ ...LINES, rsh: (size) => 1e6 + PACE * size }));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['L, rsh / lpd'], 'missed');
});

test('netpipe does not predict a service that has half of its rate on the same link', () => {
  const { verdict, outcomes } = judgeClaim(services, 'C04', observe(LINES, { netpipe: 1, http: 2, rsh: 1 }));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['throughput on 100 Mbit/s, rsh / netpipe'], 'met');
});
