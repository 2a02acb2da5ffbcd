import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findInterference, type RoundTime } from '../../../src/analysis/detectors/interference.ts';
import { createNoise, SEEDS } from './simulated.ts';

const SIZES = [1, 64, 4096, 65_536, 1_048_576];

interface RunOptions {
  readonly noise: number;
  /** Of what all visits of a round share. */
  readonly roundNoise: number;
  readonly rounds?: number;
  readonly slowness?: (round: number) => number;
}

function run(seed: number, { noise, roundNoise, rounds = 12, slowness = () => 1 }: RunOptions): readonly RoundTime[] {
  const { normal } = createNoise(seed);
  return Array.from({ length: rounds }, (_, round) => {
    const shared = slowness(round) * Math.exp(roundNoise * normal());
    return SIZES.map((sizeBytes) => ({
      round,
      what: String(sizeBytes),
      timeNs: (8000 + sizeBytes / 4) * shared * Math.exp(noise * normal()),
    }));
  }).flat();
}

test('no clean run has interference', () => {
  const noises = [0.01, 0.02, 0.03, 0.05].flatMap((noise) =>
    [0, 0.01, 0.02, 0.03, 0.04].map((roundNoise) => ({ noise, roundNoise })),
  );
  const flagged = noises.flatMap((options) => SEEDS.flatMap((seed) => findInterference(run(seed, options))));
  assert.deepEqual(flagged, []);
});

test('a round that is half as slow again is found, and no other, in 95 of 100 runs at least', () => {
  let found = 0;
  for (let seed = 0; seed < 100; seed++) {
    const slow = seed % 12;
    const rounds = findInterference(
      run(seed, { noise: 0.02, roundNoise: 0.02, slowness: (round) => (round === slow ? 1.5 : 1) }),
    );
    if (rounds.length === 1 && rounds[0]?.round === slow) found++;
  }
  assert.ok(found >= 95, `${found} of 100`);
});

test('one slow size in a round is no interference', () => {
  const times = run(1, { noise: 0.01, roundNoise: 0.01 }).map((time) =>
    time.round === 4 && time.what === '64' ? { ...time, timeNs: 10 * time.timeNs } : time,
  );
  assert.deepEqual(findInterference(times), []);
});

test('of four rounds none is usual', () => {
  assert.deepEqual(
    findInterference(run(1, { noise: 0, roundNoise: 0, rounds: 4, slowness: (round) => (round === 0 ? 9 : 1) })),
    [],
  );
});
