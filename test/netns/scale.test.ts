// Many clients on a common clock: what the window has of them never exceeds what the links have carried, a lost client is
// in the result, and nothing is left.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { analyseScaling, parseScale, parseWindows } from '../../src/analysis/mod.ts';
import { type ScaleOptions, scale } from '../../src/suite/mod.ts';
import { runCommand } from '../../src/system/mod.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { exampleCluster } from './support/virtual-server.ts';

// Agents are started by the words that started this process, which here are those of a test.
process.argv[1] = new URL('../../src/cli/main.ts', import.meta.url).pathname;

const RATE_BYTES_PER_SECOND = 12.5e6;

async function runScale(folder: string, options: Partial<ScaleOptions>) {
  await scale(exampleCluster('vs-dr'), {
    systems: ['nat'],
    realservers: [2],
    clients: [2],
    transfer: 'http',
    sizesBytes: [65_536],
    windowSeconds: 0.4,
    rounds: 1,
    unsynchronised: false,
    rate: '100mbit',
    folder,
    command: ['lvskit', 'scale'],
    version: '0.0.0',
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });
  const left = readdirSync('/run/netns').filter((name) => name.startsWith(`scl${process.pid}-`));
  assert.deepEqual(left, []);
  return {
    run: parseScale(readFileSync(join(folder, 'scale.json'), 'utf8')),
    windows: parseWindows(readFileSync(join(folder, 'windows.ndjson'), 'utf8')).samples,
  };
}

test('clients of a window share a link, and their sum is what it has carried', needing('nginx'), async () => {
  await withScratch(async (folder) => {
    const { run, windows } = await runScale(folder, { systems: ['nat', 'dr'], clients: [1, 2] });
    assert.deepEqual(
      windows.map(({ system, clients }) => [system, clients]),
      [
        ['nat', 1],
        ['dr', 1],
        ['nat', 2],
        ['dr', 2],
      ],
    );
    for (const { system, clients, shares, links, connections, clockOffsetNs, seconds } of windows) {
      assert.deepEqual(
        shares.map(({ client, failures }) => [client, failures]),
        ['client', 'client2'].slice(0, clients).map((client) => [client, {}]),
      );
      assert.ok(shares.every(({ payloadBytes, transfers }) => payloadBytes > 0 && transfers > 0));
      const payload = shares.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
      const toClients = links
        .filter(({ link }) => link.startsWith('client'))
        .reduce((sum, link) => sum + link.inBytes, 0);
      // A segment that was on its way at an edge of the window may be on the other side of it for the counters.
      assert.ok(payload <= toClients + 0.02 * RATE_BYTES_PER_SECOND, `${payload} bytes of ${toClients}`);
      const limit = RATE_BYTES_PER_SECOND * (system === 'nat' ? 1 : 2) * seconds;
      assert.ok(payload > 0 && payload <= limit, `${payload} bytes where ${limit} can go`);
      assert.ok(Object.values(connections).some((count) => count > 0));
      assert.ok(clockOffsetNs < 10_000);
    }
    assert.ok(run.finishedAt !== undefined);
  });
});

test('synchronised netpipes fill a link and no more; out of step they seem to carry more than it can', async () => {
  await withScratch(async (folder) => {
    const { run, windows } = await runScale(folder, {
      systems: ['direct'],
      realservers: [1],
      transfer: 'netpipe-stream',
      unsynchronised: true,
    });
    assert.deepEqual(
      windows.map(({ synchronised }) => synchronised),
      [true, false],
    );
    for (const { shares } of windows) {
      assert.deepEqual(
        shares.map(({ client, failures }) => [client, failures]),
        [
          ['client', {}],
          ['client2', {}],
        ],
      );
    }
    const [point] = analyseScaling(run, windows)[0]?.points ?? [];
    assert.ok(point?.unsynchronisedMbps !== undefined && point.wireMbps !== undefined);
    const [sum, wire] = [point.throughputMbps.value, point.wireMbps.value];
    assert.ok(sum > 0 && sum <= 1.02 * wire, `${sum} of ${wire} Mbit/s`);
    // The counters are read a moment after the clock.
    assert.ok(wire <= 103, `${wire} Mbit/s over a link of 100`);
    assert.ok(point.unsynchronisedMbps.value > 1.1 * sum, `${point.unsynchronisedMbps.value} against ${sum} Mbit/s`);
  });
});

test('a client that is killed is named, and the others count', needing('nginx'), async () => {
  await withScratch(async (folder) => {
    const { windows } = await runScale(folder, {
      clients: [1, 2],
      onProgress: ({ stage }) => {
        if (stage !== 'measuring') return;
        const { stdout } = runCommand(['ip', 'netns', 'pids', `scl${process.pid}-nat-client2`], { allowFailure: true });
        for (const pid of stdout.trim().split(/\s+/)) if (pid !== '') process.kill(Number(pid), 'SIGKILL');
      },
    });
    const [, second] = windows;
    assert.deepEqual(
      second?.lost.map(({ client }) => client),
      ['client2'],
    );
    assert.deepEqual(
      second?.shares.map(({ client, transfers }) => [client, transfers > 0]),
      [['client', true]],
    );
  });
});

test('a daemon that is missing is named before anything is built', async () => {
  await withScratch(async (folder) => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      await assert.rejects(runScale(folder, {}), { code: 'COMMAND_NOT_FOUND' });
    } finally {
      process.env.PATH = path;
    }
  });
});
