import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findModes } from '../../../src/analysis/detectors/bimodal.ts';
import { createNoise, type Noise, SEEDS } from './simulated.ts';

function sample(seed: number, count: number, draw: (noise: Noise) => number) {
  const noise = createNoise(seed);
  return Array.from({ length: count }, () => ({ timeNs: draw(noise), count: 1 }));
}

const UNIMODAL: Readonly<Record<string, (noise: Noise) => number>> = {
  normal: ({ normal }) => 10_000 + 800 * normal(),
  'log-normal': ({ normal }) => 10_000 * Math.exp(0.3 * normal()),
  'with an exponential tail': ({ normal, uniform }) => 10_000 * Math.exp(0.05 * normal()) - 3000 * Math.log(uniform()),
  'with rare outliers': ({ normal, uniform }) => 10_000 * Math.exp(0.05 * normal()) * (uniform() < 0.03 ? 4 : 1),
};

for (const [name, draw] of Object.entries(UNIMODAL)) {
  test(`no sample of one kind of transfer is called bimodal: ${name}`, () => {
    const counts = [200, 500, 1000, 2000, 5000];
    const flagged = counts.flatMap((count) => SEEDS.flatMap((seed) => findModes(sample(seed, count, draw)) ?? []));
    assert.deepEqual(flagged, []);
  });
}

test('two kinds of transfer are told apart, with their times and shares, in 95 of 100 samples at least', () => {
  let found = 0;
  for (let seed = 0; seed < 100; seed++) {
    const { uniform } = createNoise(700 + seed);
    const [factor, share] = [1.5 + 2 * uniform(), 0.2 + 0.6 * uniform()];
    const modes = findModes(
      sample(seed, 500, (noise) => 10_000 * (noise.uniform() < share ? factor : 1) * Math.exp(0.06 * noise.normal())),
    );
    if (modes === undefined) continue;
    const near = Math.abs(modes.highNs / (10_000 * factor) - 1) < 0.1 && Math.abs(modes.lowNs / 10_000 - 1) < 0.1;
    if (near && Math.abs(modes.highShare - share) < 0.1) found++;
  }
  assert.ok(found >= 95, `${found} of 100`);
});

test('a histogram is as good as its samples', () => {
  const bins = [
    { timeNs: 9_000, count: 100 },
    { timeNs: 10_000, count: 300 },
    { timeNs: 11_000, count: 100 },
    { timeNs: 27_000, count: 60 },
    { timeNs: 30_000, count: 180 },
    { timeNs: 33_000, count: 60 },
  ];
  assert.equal(findModes(bins)?.highShare, 300 / 800);
});

test('too few transfers, or all of the same time, are not judged', () => {
  assert.equal(
    findModes([
      { timeNs: 1, count: 20 },
      { timeNs: 9, count: 20 },
    ]),
    undefined,
  );
  assert.equal(findModes([{ timeNs: 5, count: 1000 }]), undefined);
  assert.equal(findModes([]), undefined);
});
