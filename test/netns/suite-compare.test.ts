// Comparisons in full: their files, their errors, and that nothing is left of them, however they end.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { parseRun, parseSamples, parseTransfers } from '../../src/analysis/mod.ts';
import type { CompareProgress } from '../../src/suite/mod.ts';
import { runCommand } from '../../src/system/mod.ts';
import { leftovers, ROUNDS, runComparison, SIZES_BYTES, SYSTEMS } from './support/comparison.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';

afterEach(() => {
  assert.deepEqual(leftovers(), []);
});

function readFiles(folder: string) {
  return {
    run: parseRun(readFileSync(join(folder, 'run.json'), 'utf8')),
    samples: parseSamples(readFileSync(join(folder, 'samples.ndjson'), 'utf8')),
  };
}

test('a comparison leaves files that the analysis reads, with the path of each system proven', async () => {
  await withScratch(async (folder) => {
    const stages: string[] = [];
    const returned = await runComparison({ folder, onProgress: ({ stage }) => stages.push(stage) });
    const { run, samples } = readFiles(folder);
    assert.deepEqual(run, JSON.parse(JSON.stringify(returned)));
    assert.ok(run.finishedAt !== undefined && run.finishedAt > run.startedAt);
    assert.deepEqual(
      run.proofs.map(({ system, proven, hostnamesAsExpected }) => [system, proven, hostnamesAsExpected]),
      SYSTEMS.map((system) => [system, true, true]),
    );
    assert.equal(samples.lastLineDropped, false);
    const visits = samples.samples.map(({ system, round, sizeBytes }) => [round, sizeBytes, system]);
    // Interleaved, and each round begins with another system.
    assert.deepEqual(visits, [
      [0, 64, 'nat'],
      [0, 64, 'dr'],
      [0, 4096, 'nat'],
      [0, 4096, 'dr'],
      [1, 64, 'dr'],
      [1, 64, 'nat'],
      [1, 4096, 'dr'],
      [1, 4096, 'nat'],
    ]);
    for (const { exchanges, oneWayNs, cpu } of samples.samples) {
      assert.ok(exchanges > 0 && oneWayNs.min > 0 && oneWayNs.min <= oneWayNs.max);
      assert.ok((cpu.processNs.client ?? 0) > 0 && (cpu.processNs.realserver1 ?? 0) > 0);
    }
    const measured = SYSTEMS.length * SIZES_BYTES.length * ROUNDS;
    assert.deepEqual(
      ['building', 'proving', 'proven', 'measuring'].map((stage) => stages.filter((each) => each === stage).length),
      [SYSTEMS.length, SYSTEMS.length, SYSTEMS.length, measured],
    );
  });
});

test('the path of every system is proven', needing('nft'), async () => {
  await withScratch(async (folder) => {
    const systems = ['direct', 'forward', 'forward-oneway', 'nat', 'dr', 'tun', 'nftables'] as const;
    const { proofs } = await runComparison({ folder, systems, sizesBytes: [64], rounds: 1 });
    assert.deepEqual(
      proofs.map(({ system, proven }) => [system, proven]),
      systems.map((system) => [system, true]),
    );
  });
});

test('transfers of services go round with the blocks, by each system', needing('nginx', 'vsftpd'), async () => {
  await withScratch(async (folder) => {
    const transfers = { names: ['http', 'http-new', 'ftp'], sizesBytes: [1, 65_536] } as const;
    const systems = ['direct', 'nat', 'dr', 'tun'] as const;
    const { proofs } = await runComparison({ folder, systems, transfers, sizesBytes: [64], rounds: 1 });
    assert.ok(proofs.every(({ proven }) => proven));
    const { run } = readFiles(folder);
    assert.deepEqual(run.transfers, transfers);
    const { samples } = parseTransfers(readFileSync(join(folder, 'transfers.ndjson'), 'utf8'));
    assert.deepEqual(
      samples.map(({ transfer, sizeBytes, system }) => [transfer, sizeBytes, system]),
      transfers.names.flatMap((name) =>
        transfers.sizesBytes.flatMap((sizeBytes) => systems.map((system) => [name, sizeBytes, system])),
      ),
    );
    for (const { transfer, transfers: count, sizeBytes, payloadBytes, wireBytes, timeNs, failures, cpu } of samples) {
      assert.deepEqual(failures, {}, transfer);
      assert.ok(count > 0 && timeNs.min > 0 && payloadBytes === count * sizeBytes && wireBytes >= payloadBytes);
      assert.ok((cpu.processNs.realserver1 ?? 0) > 0);
    }
  });
});

/** Does `action` when the first visit has been measured. */
function atFirstSample(action: () => void): (progress: CompareProgress) => void {
  return (progress) => {
    if (progress.stage === 'measuring' && progress.done === 1) action();
  };
}

for (const machine of ['client', 'realserver1']) {
  test(`the agent of ${machine} is named when it is killed in the middle of a visit, and nothing else is left`, async () => {
    await withScratch(async (folder) => {
      const visitSeconds = 0.4;
      const kill = () => {
        const pids = runCommand(['ip', 'netns', 'pids', `cmp${process.pid}-dr-${machine}`]).stdout;
        process.kill(Number.parseInt(pids, 10), 'SIGKILL');
      };
      // The second visit is the other system's, VS-DR's.
      const onProgress = atFirstSample(() => setTimeout(kill, (visitSeconds * 1000) / 2));
      await assert.rejects(runComparison({ folder, visitSeconds, onProgress }), {
        code: 'AGENT_ENDED',
        message: new RegExp(`^${machine}: the agent ended by SIGKILL`),
      });
      const { run, samples } = readFiles(folder);
      assert.equal(run.finishedAt, undefined);
      assert.equal(samples.samples.length, 1);
    });
  });
}

test('a signal while it measures ends it with an error that says where the results are', async () => {
  await withScratch(async (folder) => {
    const controller = new AbortController();
    const onProgress = atFirstSample(() => controller.abort());
    await assert.rejects(runComparison({ folder, signal: controller.signal, onProgress }), {
      code: 'COMPARE_INTERRUPTED',
      message: new RegExp(folder),
    });
    assert.equal(readFiles(folder).samples.samples.length, 1);
  });
});

test('a signal while it builds ends it too', async () => {
  await withScratch(async (folder) => {
    const controller = new AbortController();
    const comparison = runComparison({ folder, signal: controller.signal });
    controller.abort();
    await assert.rejects(comparison, { code: 'COMPARE_INTERRUPTED' });
  });
});

test('a folder with something in it is left as it is, and no lab is built', async () => {
  await withScratch(async (folder) => {
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const stages: string[] = [];
    const comparison = runComparison({ folder, onProgress: ({ stage }) => stages.push(stage) });
    await assert.rejects(comparison, { code: 'RESULTS_UNWRITABLE', message: /it is not empty/ });
    assert.deepEqual(stages, []);
    assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'mine');
  });
});

test('a folder that cannot be made is refused before any lab is built', async () => {
  for (const folder of ['/sys/no-such-folder', '/etc/hostname/run']) {
    const stages: string[] = [];
    const comparison = runComparison({ folder, onProgress: ({ stage }) => stages.push(stage) });
    await assert.rejects(comparison, { code: 'RESULTS_UNWRITABLE', message: new RegExp(folder) });
    assert.deepEqual(stages, []);
  }
});

test('a disk that fills up while it measures is named, and what was measured can be read', async () => {
  await withScratch(async (scratch) => {
    runCommand(['mount', '-t', 'tmpfs', '-o', 'size=32k', 'lvskit-test', scratch]);
    try {
      const folder = join(scratch, 'run');
      await assert.rejects(runComparison({ folder, rounds: 1000, visitSeconds: 0.001 }), {
        code: 'RESULTS_UNWRITABLE',
        message: /ENOSPC/,
      });
      const { samples, lastLineDropped } = readFiles(folder).samples;
      assert.ok(samples.length > 0 && lastLineDropped);
    } finally {
      runCommand(['umount', scratch]);
    }
  });
});
