// Two netpipes from one host, from made observations: what each keeps of its throughput, and what one NIC does to both.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twoNetpipes } from '../../../src/suite/experiments/two-netpipes.ts';
import { judgeClaim, visitsOf } from './made-observations.ts';

/** What the fast one keeps in its middle and at its top, and the slow one beside its top. */
function interfering(middle: number, top: number, slow: number) {
  const at = (cell: string, fastKept: number, slowKept: number) =>
    visitsOf({ cell, measure: 'netpipe with another', sizeBytes: 0 }, () => ({ fastKept, slowKept }));
  return [...at('the fast one in its middle', middle, slow), ...at('the fast one at its top', top, slow)];
}

function sums(measure: string, one: readonly [number, number], two: readonly [number, number]) {
  const at = (cell: string, [fast, slow]: readonly [number, number]) =>
    visitsOf({ cell, measure, sizeBytes: 0 }, (round) => {
      const [fastMbps, slowMbps] = [fast * (1 + (round % 3)), slow * (1 + (round % 3))];
      return { fastMbps, slowMbps, sumMbps: fastMbps + slowMbps, fastOverSlow: fast / slow };
    });
  return [...at('one NIC', one), ...at('two NICs', two)];
}

test('both lose, and the fast one less in its middle', () => {
  assert.equal(judgeClaim(twoNetpipes, 'C13', interfering(0.76, 0.44, 0.35)).verdict, 'holds');
});

test('netpipes that do not meet keep all they have, and equal losses are no dip', () => {
  assert.equal(judgeClaim(twoNetpipes, 'C13', interfering(1, 0.99, 0.98)).verdict, 'does not hold');
  const { outcomes } = judgeClaim(twoNetpipes, 'C13', interfering(0.5, 0.5, 0.5));
  assert.deepEqual(
    Object.entries(outcomes).filter(([, outcome]) => outcome === 'missed'),
    [['fast: loss at 64 kB / loss at 1 MB', 'missed']],
  );
});

test('a fast link that gives to a slow one leaves the sum; two that stay as they are have moved nothing', () => {
  const measure = 'netpipes on unlimited links';
  assert.equal(judgeClaim(twoNetpipes, 'C14', sums(measure, [80, 25], [90, 15])).verdict, 'holds');
  const { verdict, outcomes } = judgeClaim(twoNetpipes, 'C14', sums(measure, [90, 15], [90, 15]));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['sum, one NIC / two'], 'met');
});

test('one NIC that carries half is the limit; one that carries as much is not', () => {
  const measure = 'netpipes on slow links';
  assert.equal(judgeClaim(twoNetpipes, 'C15', sums(measure, [11, 8], [19, 19])).verdict, 'holds');
  assert.equal(judgeClaim(twoNetpipes, 'C15', sums(measure, [19, 19], [19, 19])).verdict, 'does not hold');
});
