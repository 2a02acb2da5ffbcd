// Our netpipe against NPtcp 3.7.2 in both roles and all three modes, and against itself.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NPTCP_SCHEDULE, scheduleOctaves } from '../../src/measure/mod.ts';
import { runCommandAsync } from '../../src/system/mod.ts';
import { inNamespace, LVSKIT, type Pair, startInBackground, untilListening, withPair } from './netpipe-namespaces.ts';

const UPPER_BYTES = 4096;
const MODES = [
  { title: 'two-way', flags: [], nptcpSizeFactor: 1 },
  { title: 'streaming', flags: ['-s'], nptcpSizeFactor: 1 },
  // NPtcp counts the bytes of both directions.
  { title: 'bidirectional', flags: ['-2'], nptcpSizeFactor: 2 },
] as const;
const NPTCP_MISSING = existsSync('/usr/bin/NPtcp') ? false : 'needs NPtcp (package netpipe-tcp)';

const EXPECTED_SIZES: readonly number[] = (() => {
  const sizes: number[] = [];
  for (const { sizeBytes, baseBytes } of scheduleOctaves(NPTCP_SCHEDULE)) {
    if (baseBytes > UPPER_BYTES) break;
    sizes.push(sizeBytes);
  }
  return sizes;
})();

interface JsonPoint {
  readonly sizeBytes: number;
  readonly repeats: number;
  readonly seconds: number;
  readonly oneWayNs?: { readonly min: number; readonly p50: number; readonly max: number };
}

/** One run of ours up to UPPER_BYTES, with trials of 5 ms. */
async function bench({ a, addressOfB }: Pair, flags: readonly string[]): Promise<readonly JsonPoint[]> {
  const words = ['bench', 'netpipe', addressOfB, '-u', `${UPPER_BYTES}`, '--seconds', '0.005', '--json', ...flags];
  const { stdout } = await runCommandAsync([...inNamespace(a), LVSKIT, ...words], { timeoutMs: 60_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonPoint);
}

function assertPlausible(points: readonly JsonPoint[]): void {
  for (const { seconds, oneWayNs } of points) {
    assert.ok(seconds > 0 && seconds < 1);
    if (oneWayNs === undefined) continue;
    assert.ok(oneWayNs.min > 0 && oneWayNs.min <= oneWayNs.p50 && oneWayNs.p50 <= oneWayNs.max);
    // The best trial's mean can't be below the fastest exchange (kept to 0.1 %).
    assert.ok(seconds * 1e9 >= oneWayNs.min * 0.999);
  }
}

for (const { title, flags, nptcpSizeFactor } of MODES) {
  test(`NPtcp transmits a whole ${title} run to our receiver, twice`, { skip: NPTCP_MISSING }, async () => {
    await withPair(async ({ a, b, addressOfB }) => {
      const scratch = mkdtempSync(join(tmpdir(), 'lvskit-np-'));
      const receiver = startInBackground([...inNamespace(b), LVSKIT, 'serve', 'netpipe', ...flags]);
      try {
        for (const run of [1, 2]) {
          await untilListening(b, 5002);
          const outFile = join(scratch, `${run}.out`);
          const words = ['-h', addressOfB, '-u', `${UPPER_BYTES}`, '-n', '20', '-o', outFile, ...flags];
          await runCommandAsync([...inNamespace(a), 'NPtcp', ...words], { timeoutMs: 60_000 });
          const sizes = readFileSync(outFile, 'utf8').trim().split('\n').map(parseFirstNumber);
          const expected = EXPECTED_SIZES.map((size) => size * nptcpSizeFactor);
          assert.deepEqual(sizes, expected, receiver.output());
        }
      } finally {
        process.kill(receiver.pid, 'SIGTERM');
        await receiver.ended;
        rmSync(scratch, { recursive: true });
      }
    });
  });

  test(`our transmitter completes a ${title} run with NPtcp as receiver`, { skip: NPTCP_MISSING }, async () => {
    await withPair(async (pair) => {
      const words = ['NPtcp', '-u', `${UPPER_BYTES}`, '-o', '/dev/null', ...flags];
      const receiver = startInBackground([...inNamespace(pair.b), ...words]);
      await untilListening(pair.b, 5002);
      const points = await bench(pair, flags);
      assert.deepEqual(
        points.map((point) => point.sizeBytes),
        EXPECTED_SIZES,
      );
      assertPlausible(points);
      assert.equal(await receiver.ended, 0, receiver.output());
    });
  });

  test(`our transmitter and receiver complete a ${title} run of a list of sizes`, async () => {
    await withPair(async (pair) => {
      const same = [...flags, '--sizes', '64,65536', '--trials', '2'];
      const receiver = startInBackground([...inNamespace(pair.b), LVSKIT, 'serve', 'netpipe', '--once', ...same]);
      await untilListening(pair.b, 5002);
      const points = await bench(pair, same);
      assert.deepEqual(
        points.map((point) => point.sizeBytes),
        [64, 65_536],
      );
      assertPlausible(points);
      assert.equal(await receiver.ended, 0, receiver.output());
      assert.match(receiver.output(), /served a run of 2 sizes up to 65536 bytes/);
    });
  });
}

test('when NPtcp as receiver ends at its own upper bound, our run ends with it', { skip: NPTCP_MISSING }, async () => {
  await withPair(async (pair) => {
    const receiver = startInBackground([...inNamespace(pair.b), 'NPtcp', '-u', '64', '-o', '/dev/null']);
    await untilListening(pair.b, 5002);
    const points = await bench(pair, []);
    assert.equal(points.at(-1)?.sizeBytes, 67);
    await receiver.ended;
  });
});

function parseFirstNumber(line: string): number {
  return Number.parseInt(line, 10);
}
