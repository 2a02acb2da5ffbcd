// Stalls in simulated measurements: none in clean ones, each that was put in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Stall, StallFinder } from '../../src/measure/stalls.ts';
import { createNoise, SEEDS } from '../analysis/detectors/simulated.ts';

interface TimedTransfer {
  readonly startMs: number;
  readonly tookMs: number;
}

function findStalls(transfers: readonly TimedTransfer[]): readonly Stall[] {
  const finder = new StallFinder(0);
  for (const { startMs, tookMs } of transfers) finder.look(startMs, startMs + tookMs);
  const last = transfers.at(-1);
  return finder.finish((last?.startMs ?? 0) + (last?.tookMs ?? 0));
}

/** One transfer after the other, of some ms; `hold` makes one of them longer. */
function series(seed: number, hold: (index: number) => number = () => 0): readonly TimedTransfer[] {
  const { normal, uniform } = createNoise(seed);
  let startMs = 0;
  return Array.from({ length: 5000 }, (_, index) => {
    // One in a thousand waits for the scheduler.
    const late = uniform() < 0.001 ? 10 * uniform() : 0;
    const transfer = { startMs, tookMs: 3 * Math.exp(0.15 * normal()) + late + hold(index) };
    startMs += transfer.tookMs;
    return transfer;
  });
}

test('no clean series has a stall', () => {
  assert.deepEqual(
    SEEDS.flatMap((seed) => findStalls(series(seed))),
    [],
  );
});

test('short transfers that a busy CPU delays by milliseconds are no stalls', () => {
  const transfers = SEEDS.map((index) => ({ startMs: 10 * index, tookMs: index === 7 ? 5 : 0.02 }));
  assert.deepEqual(findStalls(transfers), []);
});

test('every stall of 100 ms or more is found, at its time', () => {
  for (const seed of SEEDS) {
    const { uniform } = createNoise(500 + seed);
    const at = new Map(
      Array.from({ length: 8 }, (_, n) => [n * 600 + Math.floor(500 * uniform()), 100 + 1000 * uniform()]),
    );
    const transfers = series(seed, (index) => at.get(index) ?? 0);
    const slow = findStalls(transfers).filter(({ kind }) => kind === 'slow transfer');
    assert.deepEqual(
      slow.map(({ atMs }) => atMs),
      [...at.keys()].map((index) => transfers[index]?.startMs),
    );
  }
});

test('a time in which no transfer ends is a gap', () => {
  const transfers = [0, 5, 10, 400, 405].map((startMs) => ({ startMs, tookMs: 5 }));
  assert.deepEqual(findStalls(transfers), [{ kind: 'gap', atMs: 15, lastedMs: 390 }]);
});

test('large transfers that end seldom leave no gaps', () => {
  assert.deepEqual(findStalls([0, 300, 600, 900].map((startMs) => ({ startMs, tookMs: 300 }))), []);
});
