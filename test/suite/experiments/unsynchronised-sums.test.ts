// Sums of clients' averages against the line that they share, from made observations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsynchronisedSums } from '../../../src/suite/experiments/unsynchronised-sums.ts';
import { judgeClaim, visitsOf } from './made-observations.ts';

function windows(apart: { sum: number; line: number }, together: { sum: number; line: number }) {
  const at = (cell: string, { sum, line }: { sum: number; line: number }) =>
    visitsOf({ cell, measure: 'netpipe-stream', sizeBytes: 65_536 }, () => ({ sumMbps: sum, lineMbps: line }));
  return [...at('each its own window', apart), ...at('one window for all', together)];
}

const verdictOf = (observations: ReturnType<typeof windows>) => judgeClaim(unsynchronisedSums, 'C49', observations);

test('more than the line out of step, and what fits on it in step', () => {
  assert.equal(verdictOf(windows({ sum: 125, line: 97 }, { sum: 94, line: 97 })).verdict, 'holds');
});

test('without a sum above the line there is nothing to explain', () => {
  const { outcomes } = verdictOf(windows({ sum: 94, line: 97 }, { sum: 94, line: 97 }));
  assert.equal(outcomes['own windows: sum / line'], 'missed');
});

test('a line that lets more pass than its rate explains the sum otherwise', () => {
  const { verdict, outcomes } = verdictOf(windows({ sum: 125, line: 130 }, { sum: 96, line: 99 }));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['each its own window: the line’s counter / its rate'], 'missed');
  // Of 100 Mbit/s 94.15 are payload.
  assert.equal(outcomes['one window: sum / payload that fits'], 'missed');
});
