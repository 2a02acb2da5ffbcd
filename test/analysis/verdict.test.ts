// Verdicts: an interval within its bounds, outside, across; too few rounds; several statements of one claim.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactly, judgeStatements, type Quantity, report, state } from '../../src/analysis/mod.ts';

/** A quantity whose interval is about low … high. */
function spread(low: number, high: number, rounds = 20): Quantity {
  const replicas = Array.from({ length: 1001 }, (_, index) => low + ((high - low) * index) / 1000);
  return { value: (low + high) / 2, replicas, rounds };
}

const verdictOf = (quantity: Quantity, bounds: { min?: number; max?: number }) =>
  judgeStatements([state('it', quantity, bounds)]).verdict;

test('an interval decides when it lies on one side of each bound', () => {
  assert.equal(verdictOf(spread(0.95, 1.05), { min: 0.9, max: 1.1 }), 'holds');
  assert.equal(verdictOf(spread(1.2, 1.3), { min: 0.9, max: 1.1 }), 'does not hold');
  assert.equal(verdictOf(spread(0.5, 0.6), { min: 0.9 }), 'does not hold');
  assert.equal(verdictOf(spread(1.05, 1.15), { min: 0.9, max: 1.1 }), 'not resolved here');
});

test('an exact number is on one side or the other', () => {
  assert.equal(verdictOf(exactly(1), { min: 1 }), 'holds');
  assert.equal(verdictOf(exactly(0), { min: 1 }), 'does not hold');
  assert.equal(verdictOf(exactly(Number.NaN), { min: 1 }), 'not resolved here');
});

test('too few rounds decide nothing', () => {
  assert.equal(verdictOf(spread(0.95, 1.05, 5), { max: 2 }), 'not resolved here');
  assert.equal(verdictOf(spread(0.95, 1.05, 6), { max: 2 }), 'holds');
});

test('a claim holds when all its statements do, and fails with one', () => {
  const met = state('met', spread(0.9, 1), { max: 2 });
  const missed = state('missed', spread(3, 4), { max: 2 });
  const open = state('open', spread(1, 4), { max: 2 });
  const only = report('only reported', spread(1, 4));
  assert.equal(judgeStatements([met, only]).verdict, 'holds');
  assert.equal(judgeStatements([met, open, missed]).verdict, 'does not hold');
  const judged = judgeStatements([met, open]);
  assert.equal(judged.verdict, 'not resolved here');
  assert.match(judged.why ?? '', /open/);
});
