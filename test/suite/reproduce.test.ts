// Running experiments: each into its folder, a failure takes its own claims only, what is finished is not run again.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { exactly, parseExperiment, parseObservations, state } from '../../src/analysis/mod.ts';
import type { Depth } from '../../src/model/mod.ts';
import { type Experiment, judgeExperiment, type ReproduceProgress, reproduce } from '../../src/suite/mod.ts';

let base: string;
let folder: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lvskit-reproduce-'));
  folder = join(base, 'run');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function createExperiment(id: string, change: Partial<Experiment> = {}): Experiment {
  return {
    id,
    section: '1',
    title: id,
    method: 'counts to three',
    claims: [
      {
        id: `${id}-claim`,
        section: '1',
        says: 'it counts',
        paper: '3',
        criterion: 'three',
        judge: (seen) => [
          state('count', exactly(seen.values({ cell: 'a', measure: 'count', value: 'n' }).length), { min: 3 }),
        ],
      },
    ],
    measure: async (bench) => {
      await bench.goRound(3, [
        { cell: 'a', measure: 'count', sizeBytes: 0, visit: async () => ({ values: { n: 1 } }) },
      ]);
    },
    ...change,
  };
}

async function run(
  experiments: readonly Experiment[],
  change: { depth?: Depth; again?: boolean; signal?: AbortSignal } = {},
) {
  const events: ReproduceProgress[] = [];
  await reproduce({
    experiments,
    depth: 'quick',
    folder,
    again: false,
    command: ['lvskit', 'reproduce'],
    version: '0.0.0',
    signal: new AbortController().signal,
    onProgress: (event) => events.push(event),
    ...change,
  });
  return events;
}

function judge(experiment: Experiment) {
  const path = join(folder, experiment.id);
  const ran = existsSync(path) ? parseExperiment(readFileSync(join(path, 'experiment.json'), 'utf8')) : undefined;
  const text = existsSync(path) ? readFileSync(join(path, 'observations.ndjson'), 'utf8') : '';
  return judgeExperiment(experiment, ran, parseObservations(text).samples).claims.map(({ verdict, why }) => ({
    verdict,
    why,
  }));
}

test('an experiment is run and judged from its files', async () => {
  const experiment = createExperiment('one');
  await run([experiment]);
  assert.deepEqual(judge(experiment), [{ verdict: 'holds', why: undefined }]);
});

test('one that fails says why, is cleaned up after, and the next one runs', async () => {
  let cleaned = 0;
  const broken = createExperiment('broken', {
    measure: async (bench) => {
      bench.onEnd(() => void cleaned++);
      throw new Error('the cable is out');
    },
  });
  const next = createExperiment('next');
  await run([broken, next]);
  assert.equal(cleaned, 1);
  assert.equal(judge(broken)[0]?.verdict, 'not resolved here');
  assert.match(judge(broken)[0]?.why ?? '', /the cable is out/);
  assert.equal(judge(next)[0]?.verdict, 'holds');
});

test('what a machine lacks is a verdict, and nothing is measured', async () => {
  const experiment = createExperiment('lacking', {
    needs: () => 'two kernels',
    measure: async () => assert.fail('measured all the same'),
  });
  await run([experiment]);
  assert.deepEqual(judge(experiment), [{ verdict: 'needs', why: 'two kernels' }]);
});

test('a claim that was never run has a verdict, too', () => {
  assert.deepEqual(judge(createExperiment('never')), [{ verdict: 'not resolved here', why: 'not run' }]);
});

test('a run goes on where it was: finished ones stay, failed and interrupted ones are run again', async () => {
  const counts = { good: 0, bad: 0 };
  const good = createExperiment('good', { measure: async () => void counts.good++ });
  const bad = createExperiment('bad', {
    measure: async () => {
      if (counts.bad++ === 0) throw new Error('once');
    },
  });
  await run([good, bad]);
  await run([good, bad]);
  assert.deepEqual(counts, { good: 1, bad: 2 });
  await run([good], { again: true });
  assert.equal(counts.good, 2);
});

test('an interruption leaves what is finished, and says how to go on', async () => {
  const controller = new AbortController();
  const first = createExperiment('first');
  const second = createExperiment('second', {
    measure: async (bench) => {
      controller.abort();
      bench.signal.throwIfAborted();
    },
  });
  await assert.rejects(run([first, second], { signal: controller.signal }), { code: 'REPRODUCE_INTERRUPTED' });
  assert.equal(judge(first)[0]?.verdict, 'holds');
  assert.match(judge(second)[0]?.why ?? '', /interrupted/);
});

test('a folder with another run in it is refused', async () => {
  await run([createExperiment('one')]);
  await assert.rejects(run([createExperiment('one')], { depth: 'full' }), { code: 'REPRODUCE_OTHER_RUN' });
});

test('a folder with anything else in it is refused and left as it was', async () => {
  writeFileSync(join(base, 'letter'), 'mine');
  folder = base;
  await assert.rejects(run([createExperiment('one')]), { code: 'RESULTS_UNWRITABLE' });
  assert.equal(readFileSync(join(base, 'letter'), 'utf8'), 'mine');
});
