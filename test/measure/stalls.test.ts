import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StallFinder } from '../../src/measure/stalls.ts';

/** Transfers one after the other, each as long as it says, from 1000 ms on. */
function find(tookMs: readonly number[]) {
  const finder = new StallFinder(1000);
  let nowMs = 1000;
  for (const took of tookMs) {
    finder.look(nowMs, nowMs + took);
    nowMs += took;
  }
  return finder.finish(nowMs);
}

test('a transfer over twenty times as long as the shortest is a stall, with its time', () => {
  assert.deepEqual(find([3, 3, 59, 61, 3]), [{ kind: 'slow transfer', atMs: 65, lastedMs: 61 }]);
});

test('what no protocol could be waiting for is none: a busy CPU makes short transfers many times as long', () => {
  assert.deepEqual(find([0.1, 39, 0.1]), []);
  assert.equal(find([0.1, 41, 0.1]).length, 1);
});

test('what is short only later is compared with, too', () => {
  assert.deepEqual(
    find([90, 30, 3]).map(({ atMs }) => atMs),
    [0],
  );
  assert.deepEqual(find([59, 54, 3]), []);
});

test('a time of over 200 ms without the end of a transfer is a gap', () => {
  const kinds = find([50, 50, 250, 50]).map(({ kind, atMs, lastedMs }) => [kind, atMs, lastedMs]);
  assert.deepEqual(kinds, [['gap', 100, 250]]);
});

test('transfers that take that long each leave no gaps', () => {
  assert.deepEqual(find([300, 310, 320]), []);
});
