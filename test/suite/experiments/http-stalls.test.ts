// Claims on transfers that stand still, from made observations: who stalls, whether stalls would have been found, and a machine
// that is itself the cause.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/mod.ts';
import { httpStalls } from '../../../src/suite/experiments/http-stalls.ts';
import { judgeClaim, ROUNDS } from './made-observations.ts';

const [NEW, AT_RATE, KEPT] = ['new connections', 'new connections, at a rate', 'persistent connection'];
const SMALL = 65_536;

/** Visits of a second. */
function visits(cell: string, sizeBytes: number, tail: number, stalledIn: Stalling): Observation[] {
  return Array.from({ length: ROUNDS }, (_, round) => {
    const stalled = Number(stalledIn(round));
    const times = { minNs: 1e5, p999Ns: tail * 1e5, maxNs: 2 * tail * 1e5 };
    return { cell, measure: 'http', sizeBytes, round, values: { ...times, stalled, stalls: stalled, elapsedNs: 1e9 } };
  });
}

type Stalling = (round: number) => boolean;
const never: Stalling = () => false;
const often: Stalling = (round) => round % 2 === 0;

function observe({ overNew = never, overKept = never, found = 1, tail = 2, netpipeTail = 2 } = {}): Observation[] {
  const held = [NEW, AT_RATE].map((cell) => ({
    cell: cell as string,
    measure: 'held',
    sizeBytes: 1,
    round: 0,
    values: { stalls: found },
  }));
  return [
    ...visits(NEW as string, 1, 10, overNew),
    ...visits(AT_RATE as string, 1, 10, overNew),
    ...visits(KEPT as string, 1, tail, overKept),
    ...visits(KEPT as string, SMALL, tail, overKept),
    ...visits('netpipe', SMALL, netpipeTail, never),
    ...held,
  ];
}

test('stalls over new connections are counted by the minute', () => {
  assert.equal(judgeClaim(httpStalls, 'C42', observe()).verdict, 'does not hold');
  const { verdict, values } = judgeClaim(httpStalls, 'C42', observe({ overNew: often }));
  assert.equal(verdict, 'holds');
  assert.equal(values['stalls a minute'], 30);
});

test('without having found the stalls that were made, nothing is said of others', () => {
  const { verdict, why } = judgeClaim(httpStalls, 'C42', observe({ found: 0 }));
  assert.equal(verdict, 'not resolved here');
  assert.match(why ?? '', /0 % were found/);
});

test('a persistent connection that stalls, or has a long tail, is not the paper’s', () => {
  assert.equal(judgeClaim(httpStalls, 'C43', observe()).verdict, 'holds');
  assert.equal(judgeClaim(httpStalls, 'C43', observe({ tail: 5 })).verdict, 'does not hold');
  assert.notEqual(judgeClaim(httpStalls, 'C43', observe({ overKept: often })).verdict, 'holds');
});

test('a tail that netpipe has, too, is the machine’s', () => {
  const { verdict, why } = judgeClaim(httpStalls, 'C43', observe({ tail: 5, netpipeTail: 6 }));
  assert.equal(verdict, 'not resolved here');
  assert.match(why ?? '', /netpipe’s blocks of 64 kB take 6\.0 times/);
});
