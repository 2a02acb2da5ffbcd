// Experiments in full: systems stand while one measures, and are gone however it ends.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { parseObservations, state } from '../../src/analysis/mod.ts';
import type { Bench } from '../../src/suite/experiments/bench.ts';
import { proofObservation } from '../../src/suite/experiments/proof-observation.ts';
import { timeRatio } from '../../src/suite/experiments/quantities.ts';
import { netpipeStops } from '../../src/suite/experiments/stops.ts';
import { type Experiment, reproduce } from '../../src/suite/mod.ts';
import { planSystem } from '../../src/suite/systems.ts';
import { leftovers } from './support/comparison.ts';
import { withScratch } from './support/scratch.ts';

afterEach(() => {
  assert.deepEqual(leftovers(), []);
});

const ROUNDS = 6;

function createExperiment(measure: (bench: Bench) => Promise<void>): Experiment {
  return {
    id: 'two-systems',
    section: '2.1',
    title: 'Two systems',
    method: 'side by side',
    claims: [
      {
        id: 'C00',
        section: '2.1',
        says: 'one is not a hundred times as slow as the other',
        paper: '–',
        criterion: 'ratio of times',
        judge: (seen) => [state('time', timeRatio(seen, 'nat', 'direct'), { min: 0.01, max: 100 })],
      },
    ],
    measure,
  };
}

function run(folder: string, experiment: Experiment, signal = new AbortController().signal): Promise<void> {
  const command = ['lvskit', 'reproduce'];
  const rest = {
    depth: 'quick',
    folder,
    again: false,
    command,
    version: '0.0.0',
    signal,
    onProgress: () => {},
  } as const;
  return reproduce({ experiments: [experiment], ...rest });
}

async function standBoth(bench: Bench) {
  const cluster = bench.cluster('vs-dr');
  return Promise.all((['direct', 'nat'] as const).map((system) => bench.stand(planSystem(cluster, system))));
}

test('systems stand side by side, are proved and visited in turn', async () => {
  await withScratch(async (folder) => {
    const experiment = createExperiment(async (bench) => {
      const testbeds = await standBoth(bench);
      for (const testbed of testbeds) bench.record(await proofObservation(testbed));
      const stops = await Promise.all(
        testbeds.map((testbed) => netpipeStops(testbed.plan.system, testbed, [64, 4096], { cpu: true })),
      );
      await bench.goRound(ROUNDS, stops.flat());
    });
    await run(join(folder, 'run'), experiment);
    const text = readFileSync(join(folder, 'run', 'two-systems', 'observations.ndjson'), 'utf8');
    const { samples } = parseObservations(text);
    const proofs = samples.filter(({ measure }) => measure === 'proof');
    assert.deepEqual(
      proofs.map(({ cell, values }) => [cell, values.proven]),
      [
        ['direct', 1],
        ['nat', 1],
      ],
    );
    const visits = samples.filter(({ measure }) => measure === 'netpipe');
    assert.equal(visits.length, ROUNDS * 2 * 2);
    assert.deepEqual(
      visits.slice(0, 4).map(({ cell, sizeBytes }) => [cell, sizeBytes]),
      [
        ['direct', 64],
        ['nat', 64],
        ['direct', 4096],
        ['nat', 4096],
      ],
    );
    assert.ok(visits.every(({ values }) => (values.timeNs ?? 0) > 0 && (values['cpuNs client'] ?? 0) > 0));
  });
});

test('an interruption takes down what stands', async () => {
  await withScratch(async (folder) => {
    const controller = new AbortController();
    const experiment = createExperiment(async (bench) => {
      const testbeds = await standBoth(bench);
      assert.equal(leftovers().length > 0, true);
      controller.abort();
      await bench.goRound(ROUNDS, await netpipeStops('direct', testbeds[0] ?? assert.fail(), [64]));
    });
    await assert.rejects(run(join(folder, 'run'), experiment, controller.signal), { code: 'REPRODUCE_INTERRUPTED' });
  });
});

test('a failure while others are still on their way leaves nothing of them', async () => {
  await withScratch(async (folder) => {
    const experiment = createExperiment(async (bench) => {
      const cluster = bench.cluster('vs-dr');
      await Promise.all([
        bench.stand(planSystem(cluster, 'direct')),
        bench.stand(planSystem(cluster, 'nat'), { rate: 'fast' }),
      ]);
    });
    await run(join(folder, 'run'), experiment);
    const text = readFileSync(join(folder, 'run', 'two-systems', 'experiment.json'), 'utf8');
    assert.match(text, /LAB_RATE_INVALID/);
  });
});
