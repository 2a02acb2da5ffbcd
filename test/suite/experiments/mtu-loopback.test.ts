// The MTU of lo, from made observations: smaller packets that cost more of them, and a large block that collapses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mtuLoopback } from '../../../src/suite/experiments/mtu-loopback.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [64, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

/** Each packet takes as long as another: `latencyNs`, and `packetNs` for each MTU of bytes. */
const host =
  (mtu: number, packetNs = 1000) =>
  (bytes: number) =>
    10_000 + (bytes / mtu) * packetNs;
const SOUND = {
  'lo, MTU 1500': host(1500),
  'lo, MTU 750': host(750),
  'lo, MTU 400': host(400),
  'lo, MTU 200': host(200),
};

test('pole and rate that fall with the MTU, without a collapse, are what the paper saw', () => {
  assert.equal(judgeClaim(mtuLoopback, 'C12', netpipeTimes(SIZES, SOUND)).verdict, 'holds');
});

test('a rate that does not depend on the MTU is not', () => {
  const { outcomes, verdict } = judgeClaim(
    mtuLoopback,
    'C12',
    netpipeTimes(SIZES, { ...SOUND, 'lo, MTU 750': host(1500, 990) }),
  );
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['r∞, MTU 1500 / 750'], 'missed');
});

test('a largest block that takes four times as long as its neighbours is a collapse', () => {
  const collapsing = (bytes: number) => host(200)(bytes) * (bytes > 500_000 ? 4 : 1);
  const { outcomes } = judgeClaim(mtuLoopback, 'C12', netpipeTimes(SIZES, { ...SOUND, 'lo, MTU 200': collapsing }));
  assert.equal(outcomes['largest / best, MTU 200'], 'missed');
  assert.equal(outcomes['largest / best, MTU 400'], 'met');
});
