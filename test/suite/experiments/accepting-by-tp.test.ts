// Claims on transparent proxy, from made observations: one machine on which TP costs what it cost the paper, and one of today.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/mod.ts';
import { acceptingByTp } from '../../../src/suite/experiments/accepting-by-tp.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [64, 1024, 8192, 1_048_576];
const NS_PER_BYTE = 0.2;

/** Each cell's latency in ns; all have the same rate. */
function observe(latencies: {
  devices: number;
  director: number;
  realserver: number;
  both: number;
  large?: number;
}): Observation[] {
  const { devices, director, realserver, both, large = 1 } = latencies;
  const line = (latency: number) => (size: number) => latency + size * NS_PER_BYTE * (size > 65_536 ? large : 1);
  return netpipeTimes(SIZES, {
    'VIP on devices': (size) => devices + size * NS_PER_BYTE,
    'director by TP': line(director),
    'realserver by AnyIP': line(devices),
    'realserver by TPROXY': line(realserver),
    'realserver by REDIRECT': line(realserver),
    'both, realserver by REDIRECT': line(both),
  });
}

function reopened(cell: string, aborted: (run: number) => number, lingering = 0): Observation[] {
  return Array.from({ length: 20 }, (_, round) => ({
    cell,
    measure: 'reopen',
    sizeBytes: 0,
    round,
    values: { aborted: aborted(round), lingering },
  }));
}

const PAPERS = observe({ devices: 10_000, director: 13_000, realserver: 13_000, both: 13_000 });
const TODAYS = observe({ devices: 10_000, director: 10_000, realserver: 11_500, both: 11_500 });

test('a machine on which TP costs latency, once, is the paper’s', () => {
  for (const claim of ['C32', 'C33', 'C35', 'C36']) {
    assert.equal(judgeClaim(acceptingByTp, claim, PAPERS).verdict, 'holds', claim);
  }
});

test('where TP is free on the director, its penalty is all the realserver’s', () => {
  assert.equal(judgeClaim(acceptingByTp, 'C32', TODAYS).verdict, 'holds');
  assert.equal(judgeClaim(acceptingByTp, 'C33', TODAYS).verdict, 'does not hold');
  assert.deepEqual(judgeClaim(acceptingByTp, 'C35', TODAYS).outcomes, {
    'time of 64 B, both / realserver alone': 'met',
    'time of 64 B, both / director alone': 'missed',
    'throughput of 1 MB, both / realserver alone': 'reported',
  });
  assert.equal(judgeClaim(acceptingByTp, 'C36', TODAYS).verdict, 'holds');
});

test('a penalty that grows with the block is not one of latency', () => {
  const growing = netpipeTimes(SIZES, {
    'VIP on devices': (size) => 10_000 + size * NS_PER_BYTE,
    'both, realserver by REDIRECT': (size) => 10_500 + size * NS_PER_BYTE + Math.min(size, 1024),
  });
  const { verdict, outcomes } = judgeClaim(acceptingByTp, 'C36', growing);
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['added to 64 B / added to 1 kB'], 'missed');
});

test('a penalty in proportion to the time is not one of latency, either', () => {
  const { outcomes } = judgeClaim(
    acceptingByTp,
    'C36',
    observe({ devices: 10_000, director: 10_000, realserver: 11_500, both: 11_500, large: 1.15 }),
  );
  assert.equal(outcomes['lost at 1 MB / lost at 64 B'], 'missed');
  assert.equal(outcomes['added to 64 B / added to 1 kB'], 'met');
});

test('a large loss at high load is not little change', () => {
  const slow = observe({ devices: 10_000, director: 13_000, realserver: 13_000, both: 13_000, large: 1.5 });
  for (const claim of ['C32', 'C33', 'C36']) {
    assert.equal(judgeClaim(acceptingByTp, claim, slow).verdict, 'does not hold', claim);
  }
});

test('one abort or one connection that does not end makes the paper’s fault', () => {
  const clean = ['realserver by AnyIP', 'realserver by TPROXY'].flatMap((cell) => reopened(cell, () => 0));
  const verdictWith = (redirect: Observation[]) => judgeClaim(acceptingByTp, 'C30', [...clean, ...redirect]).verdict;
  assert.equal(verdictWith(reopened('realserver by REDIRECT', () => 0)), 'does not hold');
  assert.equal(verdictWith(reopened('realserver by REDIRECT', (run) => Number(run === 7))), 'holds');
  assert.equal(verdictWith(reopened('realserver by REDIRECT', () => 0, 1)), 'holds');
  assert.equal(verdictWith([]), 'not resolved here');
});
