import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandomIndex, createXoshiro128 } from '../../src/analysis/random.ts';

test('xoshiro128** gives the numbers of its reference implementation', () => {
  // Of xoshiro128starstar.c 1.1 from state {1, 2, 3, 4}, as in the tests of Rust's rand_xoshiro.
  const next = createXoshiro128([1, 2, 3, 4]);
  const outputs = Array.from({ length: 10 }, next);
  assert.deepEqual(
    outputs,
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  );
});

test('indices are within their bound, equally often, and the same for the same seed', () => {
  const draw = (seed: number) => {
    const randomIndex = createRandomIndex(seed);
    return Array.from({ length: 70_000 }, () => randomIndex(7));
  };
  const indices = draw(5);
  const counts = Array.from({ length: 7 }, (_, index) => indices.filter((drawn) => drawn === index).length);
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    70_000,
  );
  // Six standard deviations of a binomial count.
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 6 * Math.sqrt((10_000 * 6) / 7), String(counts));
  assert.deepEqual(draw(5), indices);
  assert.notDeepEqual(draw(6), indices);
});
