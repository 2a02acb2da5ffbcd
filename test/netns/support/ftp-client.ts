// The ftp client in a network of its own, and what its results must be.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Ipv4 } from '../../../src/model/mod.ts';
import { runCommandAsync } from '../../../src/system/mod.ts';
import type { FtpOutcome, FtpRun } from './ftp-runs.ts';

const RUNS = fileURLToPath(new URL('ftp-runs.ts', import.meta.url));
const TIMEOUT_MS = 60_000;

/** `inside`: words that start a program in the client's network. */
export async function runFtpIn(
  inside: readonly string[],
  address: Ipv4,
  runs: readonly FtpRun[],
): Promise<readonly FtpOutcome[]> {
  const words = JSON.stringify(runs.map((each) => ({ address, ...each })));
  const { stdout } = await runCommandAsync([...inside, process.execPath, RUNS, words], { timeoutMs: TIMEOUT_MS });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

export function assertWhole(outcome: FtpOutcome | undefined, sizeBytes: number, what: string): void {
  assert.ok(outcome !== undefined && !('why' in outcome), `${what}: ${JSON.stringify(outcome)}`);
  assert.deepEqual(outcome.failures, {}, what);
  assert.ok(outcome.transfers >= 1 && outcome.payloadBytes === outcome.transfers * sizeBytes, what);
  assert.ok(outcome.timeNs.min > 0 && outcome.timeNs.p99 <= outcome.timeNs.max, what);
}
