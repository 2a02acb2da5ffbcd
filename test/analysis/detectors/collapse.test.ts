import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCollapse } from '../../../src/analysis/detectors/collapse.ts';
import { CLEAN, createNoise, isWithinOctave, SCHEDULES, SEEDS, simulateCurve } from './simulated.ts';

test('no clean curve collapses, whatever its path, sizes and noise', () => {
  const flagged = CLEAN.flatMap((options) => SEEDS.flatMap((seed) => findCollapse(simulateCurve(seed, options)) ?? []));
  assert.deepEqual(flagged, []);
});

test('blocks that outgrow a cache and cost a third more are no collapse', () => {
  const flagged = SEEDS.flatMap(
    (seed) => findCollapse(simulateCurve(seed, { factor: (bytes) => (bytes > 1e6 ? 1.35 : 1) })) ?? [],
  );
  assert.deepEqual(flagged, []);
});

for (const [name, sizes] of Object.entries(SCHEDULES)) {
  test(`throughput that falls to a half or less and stays there is found within an octave (sizes: ${name})`, () => {
    let found = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { uniform } = createNoise(3000 + seed);
      const from = 2 ** (16 + Math.floor(uniform() * 5));
      const slowness = 2 + 8 * uniform();
      // Where throughput is still growing, half of it may be more than before: not a collapse yet.
      const curve = simulateCurve(seed, {
        path: 'paper',
        sizes,
        noise: 0.03,
        factor: (bytes) => (bytes > from ? slowness : 1),
      });
      const collapse = findCollapse(curve);
      if (collapse !== undefined && isWithinOctave(collapse.fromBytes, from)) found++;
    }
    assert.ok(found >= 95, `${found} of 100`);
  });
}

test('what recovers is no collapse', () => {
  const factor = (bytes: number) => (bytes > 65_536 && bytes < 1e6 ? 5 : 1);
  assert.equal(findCollapse(simulateCurve(1, { factor })), undefined);
});

test('the share is what the last sizes reach', () => {
  const collapse = findCollapse(
    simulateCurve(1, { noise: 0, path: 'paper', factor: (bytes) => (bytes > 1e6 ? 4 : 1) }),
  );
  assert.ok(Math.abs((collapse?.share ?? 0) - 0.25) < 0.01);
});
