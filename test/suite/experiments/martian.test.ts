// What the way over the director costs, from made observations: beyond the direct path, over what forwarding costs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { martian } from '../../../src/suite/experiments/martian.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [64, 1_048_576];

function observe(martianNs: number, natNs: number) {
  const line = (addedNs: number) => (size: number) => (size === 64 ? 10_000 : 2_000_000) + addedNs * (size / 64);
  return netpipeTimes(SIZES, {
    direct: line(0),
    forward: line(60),
    dr: line(20),
    'dr-martian': line(martianNs),
    nat: line(natNs),
    nftables: line(200),
  });
}

test('between VS-DR and VS-NAT in latency', () => {
  assert.equal(judgeClaim(martian, 'C27', observe(50, 80)).verdict, 'holds');
  const { verdict, outcomes } = judgeClaim(martian, 'C27', observe(50, 40));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['time of 64 B, martian / VS-DR'], 'met');
  assert.equal(outcomes['time of 64 B, VS-NAT / martian'], 'missed');
});

test('the load is what is added to the direct path, over what forwarding adds', () => {
  const { verdict, values } = judgeClaim(martian, 'C28', observe(75, 80));
  assert.equal(verdict, 'holds');
  assert.ok(Math.abs((values['added to 1 MB, martian / forwarding'] ?? 0) - 75 / 60) < 1e-9);
  assert.equal(judgeClaim(martian, 'C28', observe(100, 80)).verdict, 'does not hold');
});
