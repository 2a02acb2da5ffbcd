// Synchronisation with the real IPVS, in a VM whose kernel has it: IPVS as master tells lvskit, and as backup hears from
// it; connections that were opened through the one go on through the other.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { before, describe, it } from 'node:test';
import { runInVm } from './machine/machine.ts';

const TIMEOUT_SECONDS = 1800;

/** A line of sync/main.ts. */
export interface SyncRecording {
  readonly master: string;
  readonly backup: string;
  /** `-L --daemon` of both. */
  readonly daemons: string;
  /** `-Lnc` of the backup: while connections are open, and when one has ended. */
  readonly heard: string;
  readonly ended: string;
  /** `-Ln` of the backup. */
  readonly listing: string;
  /** What open connections said after the backup had taken over. */
  readonly said: readonly string[];
}

async function record(): Promise<readonly SyncRecording[]> {
  let printed = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk;
      done();
    },
  });
  const status = await runInVm({
    argv: [process.execPath, join(import.meta.dirname, 'sync/main.ts')],
    stdout,
    stderr: process.stderr,
    countInstructions: true,
    timeoutSeconds: TIMEOUT_SECONDS,
    memoryMb: 4096,
  });
  assert.equal(status, 0, printed);
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SyncRecording);
}

function linesOf(text: string, pattern: RegExp): readonly string[] {
  return text.split('\n').filter((line) => pattern.test(line));
}

const SETTINGS = '(mcast=front, syncid=3, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)';

describe('lvskit and IPVS synchronise', () => {
  let recordings: readonly SyncRecording[] = [];
  before(async () => {
    recordings = await record();
  });

  for (const [master, backup] of [
    ['ipvs', 'lvskit'],
    ['lvskit', 'ipvs'],
  ] as const) {
    const find = () => {
      const found = recordings.find((one) => one.master === master && one.backup === backup);
      if (found === undefined) throw new Error(`nothing was recorded of ${master} and ${backup}`);
      return found;
    };
    const way = `from ${master} to ${backup}`;

    it(`${way}: the daemons are listed in the same words`, () => {
      assert.equal(find().daemons, `master sync daemon ${SETTINGS}\nbackup sync daemon ${SETTINGS}\n`);
    });

    // Timeouts to the minute: the guest's clock leaps while it waits for the host.
    it(`${way}: connections and templates arrive, with their states and timeouts`, () => {
      const { heard, ended } = find();
      assert.equal(linesOf(heard, /^TCP 14:\d\d {2}ESTABLISHED 10\.77\.1\.1:\d+ +10\.77\.1\.100:[789] /).length, 4);
      assert.equal(
        linesOf(heard, /^TCP 09:\d\d {2}ASSURED +10\.77\.1\.1:0 +10\.77\.1\.100:9 +10\.77\.2\.11:9$/).length,
        1,
      );
      assert.equal(linesOf(ended, /^TCP 01:\d\d {2}TIME_WAIT +10\.77\.1\.1:\d+ +10\.77\.1\.100:7 /).length, 1);
    });

    it(`${way}: they are counted at their servers`, () => {
      const counted = linesOf(find().listing, /^ {2}-> \d/).map((line) => line.trim().split(/ +/));
      assert.deepEqual(counted, [
        ['->', '10.77.2.11:7', 'Masq', '1', '2', '0'],
        ['->', '10.77.1.12:8', 'Route', '1', '1', '0'],
        ['->', '10.77.2.11:9', 'Masq', '1', '1', '0'],
      ]);
    });

    it(`${way}: open connections go on through the backup`, () => {
      assert.deepEqual(find().said, ['still here?', 'still here?', 'still here?']);
    });
  }
});
