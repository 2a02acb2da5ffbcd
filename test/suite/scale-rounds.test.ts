// Rounds on a bed that only says what it is told to: what ends a run before it tells anything wrong.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseWindows } from '../../src/analysis/mod.ts';
import type { ClientShare, ScaleRun, WindowSample } from '../../src/model/mod.ts';
import type { MeasuredWindow, WindowOptions } from '../../src/suite/client-windows.ts';
import { goRounds, recordScale, type ScaleRounds } from '../../src/suite/scale-rounds.ts';
import { synthesiseScale } from '../fixtures/run/synthetic-scale.ts';
import { withScratch } from '../netns/support/scratch.ts';

const { run, windows } = synthesiseScale({ systems: ['dr'], clients: [1], rounds: 1 });
const [{ system: _, realservers: __, round: ___, ...WINDOW }] = windows as [WindowSample];
const [SHARE] = WINDOW.shares as [ClientShare];

async function measure(folder: string, more: (options: WindowOptions) => Partial<MeasuredWindow>): Promise<ScaleRun> {
  const plan: ScaleRounds = {
    ...run,
    clients: [1],
    rounds: 2,
    unsynchronised: false,
    folder,
    version: '0.0.0',
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  const bed = { window: async (options: WindowOptions) => ({ ...WINDOW, ...more(options) }), stop: async () => {} };
  const standing = { beds: [{ system: 'dr', bed }], realservers: 2 } as const;
  return await recordScale(plan, run, (opened) => goRounds(standing, { done: 0, total: 2 }, opened, plan));
}

function clockAt(boundMs: number): Partial<MeasuredWindow> {
  return {
    clocks: [
      { machine: 'client', offsetNs: 0, boundNs: 0 },
      { machine: 'alpha', offsetNs: 9, boundNs: boundMs * 1e6 },
    ],
  };
}

test('clocks that are known to less than a hundredth of the window do', async () => {
  await withScratch(async (scratch) => {
    const folder = join(scratch, 'run');
    await measure(folder, () => clockAt(9.9));
    const { samples } = parseWindows(readFileSync(join(folder, 'windows.ndjson'), 'utf8'));
    assert.deepEqual(
      samples.map(({ round, clocks }) => [round, clocks?.length]),
      [
        [0, 2],
        [1, 2],
      ],
    );
  });
});

test('a clock that is not known well enough is refused, with its host, and with windows that are long enough', async () => {
  await withScratch(async (scratch) => {
    await assert.rejects(
      measure(join(scratch, 'run'), () => clockAt(24)),
      {
        code: 'CLOCK_UNCERTAIN',
        message: 'alpha: its clock is known to 24 ms, and such a window needs it to 10 ms',
        remedy: /^make windows longer: --seconds 2\.4 or more;/,
      },
    );
  });
});

test('a clock that goes wrong later ends the run, and the windows before it are kept', async () => {
  await withScratch(async (scratch) => {
    const folder = join(scratch, 'run');
    let asked = 0;
    await assert.rejects(
      measure(folder, () => clockAt(++asked < 3 ? 1 : 30)),
      { code: 'CLOCK_UNCERTAIN' },
    );
    assert.equal(parseWindows(readFileSync(join(folder, 'windows.ndjson'), 'utf8')).samples.length, 1);
  });
});

test('where no client gets anything, that is said before a window counts', async () => {
  await withScratch(async (scratch) => {
    const nothing = { ...SHARE, payloadBytes: 0, transfers: 0, own: { payloadBytes: 0, seconds: 0 } };
    await assert.rejects(
      measure(join(scratch, 'run'), () => ({ shares: [{ ...nothing, failures: { 'connection refused': 3 } }] })),
      { code: 'SCALE_NOTHING_TRANSFERRED', message: 'no client could transfer anything by http: connection refused' },
    );
  });
});
