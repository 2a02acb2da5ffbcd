import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJaggies } from '../../../src/analysis/detectors/jaggies.ts';
import { CLEAN, createNoise, isWithinOctave, SCHEDULES, SEEDS, simulateCurve } from './simulated.ts';

const KB64 = 65536;

test('no clean curve has jaggies, whatever its path, sizes and noise', () => {
  const flagged = CLEAN.flatMap((options) => SEEDS.map((seed) => findJaggies(simulateCurve(seed, options))));
  assert.equal(flagged.length, 400);
  assert.deepEqual(
    flagged.filter((jags) => jags.length > 0),
    [],
  );
});

test('blocks just above 64 kB that take longer are found there, in 95 of 100 curves at least', () => {
  let found = 0;
  for (let seed = 0; seed < 100; seed++) {
    const { uniform } = createNoise(1000 + seed);
    // Some of the sizes behind 64 kB, each by another factor of 1.4 to 10, as the paper's figures look.
    const factor = (bytes: number) =>
      bytes > KB64 && bytes <= 1.6 * KB64 && uniform() < 0.8 ? 1.4 + 8 * uniform() ** 3 : 1;
    const jags = findJaggies(simulateCurve(seed, { path: 'paper', factor }));
    const [first] = jags;
    if (first !== undefined && jags.every((jag) => isWithinOctave(jag.fromBytes, KB64))) found++;
  }
  assert.ok(found >= 95, `${found} of 100`);
});

test('a single slow size is found anywhere between the ends, and where it is', () => {
  let found = 0;
  const sizes = SCHEDULES.octaves ?? [];
  for (let seed = 0; seed < 100; seed++) {
    const { uniform } = createNoise(2000 + seed);
    const slow = sizes[2 + Math.floor(uniform() * (sizes.length - 4))] as number;
    const jags = findJaggies(simulateCurve(seed, { sizes, factor: (bytes) => (bytes === slow ? 1.5 : 1) }));
    if (jags.length === 1 && jags[0]?.fromBytes === slow && jags[0].toBytes === slow) found++;
  }
  assert.ok(found >= 95, `${found} of 100`);
});

test('the factor is how much longer the worst size takes', () => {
  const jags = findJaggies(simulateCurve(3, { noise: 0, factor: (bytes) => (bytes === 98_304 ? 2 : 1) }));
  assert.equal(jags.length, 1);
  assert.ok(Math.abs((jags[0]?.factor ?? 0) - 2) < 0.05);
});

test('a step that stays, as a cache or an offload makes it, is none', () => {
  for (const seed of SEEDS) {
    for (const step of [0.6, 1.6]) {
      const curve = simulateCurve(seed, { factor: (bytes) => (bytes > 32_768 ? step : 1) });
      assert.deepEqual(findJaggies(curve), []);
    }
  }
});

test('two points are no curve', () => {
  assert.deepEqual(findJaggies([]), []);
  assert.deepEqual(findJaggies(simulateCurve(1, { sizes: [1, 64] })), []);
});
