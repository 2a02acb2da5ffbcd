// A serial client before one realserver and before two, from made observations: times, longest times, and who was at work.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serialClient } from '../../../src/suite/experiments/serial-client.ts';
import { judgeClaim, visitsOf } from './made-observations.ts';

const [ONE, TWO] = ['1 realserver', '2 realservers'];
const SIZES = [1024, 1_048_576];

/** Times with two realservers over those with one. */
function times(over: { readonly mean: number; readonly max: number }, oneMaxNs = 4e6) {
  return SIZES.flatMap((sizeBytes) => {
    const at = (cell: string, mean: number, max: number) =>
      visitsOf({ cell, measure: 'http-new', sizeBytes }, (round) => {
        const load = 1 + (round % 3) / 2;
        return { meanNs: 3e5 * mean * load, minNs: 2e5 * mean * load, maxNs: oneMaxNs * max * load };
      });
    return [...at(ONE, 1, 1), ...at(TWO, over.mean, over.max)];
  });
}

function working(overlap: number, ofFirst: number) {
  return visitsOf({ cell: TWO, measure: 'realservers at work', sizeBytes: 1_048_576 }, () => ({
    overlap,
    files: 200,
    'files realserver1': ofFirst,
    'files realserver2': 200 - ofFirst,
  }));
}

test('equal times are no gain, and twice as many hits are one', () => {
  assert.equal(judgeClaim(serialClient, 'C46', times({ mean: 1, max: 1 })).verdict, 'holds');
  const { verdict, values } = judgeClaim(serialClient, 'C46', times({ mean: 0.5, max: 1 }));
  assert.equal(verdict, 'does not hold');
  assert.equal(values['hits, 1 kB, two / one'], 2);
});

test('where nothing takes 100 ms there is no pathology that a second realserver could cure', () => {
  assert.equal(judgeClaim(serialClient, 'C47', times({ mean: 1, max: 0.5 })).verdict, 'does not hold');
  assert.equal(judgeClaim(serialClient, 'C47', times({ mean: 1, max: 0.5 }, 300e6)).verdict, 'holds');
  assert.equal(judgeClaim(serialClient, 'C47', times({ mean: 1, max: 1 }, 300e6)).verdict, 'does not hold');
});

test('requests are serialised where the realservers take turns and do not overlap', () => {
  assert.equal(judgeClaim(serialClient, 'C48', working(0, 100)).verdict, 'holds');
  assert.equal(judgeClaim(serialClient, 'C48', working(0.2, 100)).verdict, 'does not hold');
  assert.equal(judgeClaim(serialClient, 'C48', working(0, 110)).verdict, 'does not hold');
});
