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
  assert.deepEqual(find([1, 1, 19, 21, 1]), [{ kind: 'slow transfer', atMs: 21, lastedMs: 21 }]);
});

test('what is short only later is compared with, too', () => {
  assert.deepEqual(
    find([30, 10, 1]).map(({ atMs }) => atMs),
    [0],
  );
  assert.deepEqual(find([19, 18, 1]), []);
});

test('a time of over 200 ms without the end of a transfer is a gap', () => {
  const kinds = find([50, 50, 250, 50]).map(({ kind, atMs, lastedMs }) => [kind, atMs, lastedMs]);
  assert.deepEqual(kinds, [['gap', 100, 250]]);
});

test('transfers that take that long each leave no gaps', () => {
  assert.deepEqual(find([300, 310, 320]), []);
});
