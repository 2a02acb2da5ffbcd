// Print jobs to BSD lpd: what is counted, when a job is printed, and by which name each failure is called.

import assert from 'node:assert/strict';
import { chmodSync, closeSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand, takeFileLock } from '../../src/system/mod.ts';
import { inNamespace, type Pair, until, withPair } from './netpipe-namespaces.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { bench, causeOf, processesIn, signal, withServed } from './support/served.ts';

const PORT = 515;
const CLIENT = '10.98.0.1';
const LPD = needing('lpd');

/** lpd waits so long once it has opened a printer. */
const PRINTER_WAIT_NS = 500e6;

interface Served extends Pair {
  readonly spool: string;
  /** `lvskit bench lpd` from the client. */
  measure(words?: string, enter?: readonly string[]): ReturnType<typeof bench>;
}

/** Its spool has 4 MB. */
async function withLpd(work: (served: Served) => Promise<void>): Promise<void> {
  await withPair((pair) =>
    withScratch(async (folder) => {
      runCommand(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'lvskit-test', folder]);
      try {
        await withServed(pair.b, ['lpd', '--allow', CLIENT, '--folder', folder], PORT, () =>
          work({
            ...pair,
            spool: join(folder, readdirSync(folder)[0] ?? '', 'spool/null'),
            measure: (words = '', enter = inNamespace(pair.a)) =>
              bench(enter, `lpd ${pair.addressOfB} -t 0.1 --sizes 1 ${words}`.trim()),
          }),
        );
      } finally {
        runCommand(['umount', folder]);
      }
    }),
  );
}

function jobsIn(spool: string): readonly string[] {
  return readdirSync(spool).filter((name) => /^[cdt]f/.test(name));
}

test('jobs are counted when they are accepted, and when they are printed; the queue becomes empty', LPD, () =>
  withLpd(async ({ measure, spool }) => {
    for (const words of ['', '-c 2 --source-ports rfc']) {
      const { status, stderr, rows } = await measure(`--sizes 1,8k ${words}`);
      assert.equal(status, 0, stderr);
      for (const [index, sizeBytes] of [1, 8192].entries()) {
        const row = rows[index];
        assert.ok(row !== undefined && row.transfers > 0, `${words}: ${JSON.stringify(row)}`);
        assert.deepEqual([row.sizeBytes, row.failures], [sizeBytes, {}]);
        assert.equal(row.payloadBytes, row.transfers * sizeBytes);
        assert.ok(row.wireBytes > row.payloadBytes && row.timeNs.min > 0 && row.timeNs.p50 < PRINTER_WAIT_NS);
      }
    }
    await until('the queue to be empty', () => jobsIn(spool).length === 0);
    const [printed] = (await measure('-t 1.5 --until printed')).rows;
    assert.deepEqual(printed?.failures, {});
    assert.ok(printed.transfers >= 1 && printed.timeNs.min > PRINTER_WAIT_NS, JSON.stringify(printed));
  }),
);

test('printers that are unknown, turned off or at rest are named, and hosts that may not print', LPD, () =>
  withLpd(async ({ measure, spool, b }) => {
    assert.equal(causeOf(await measure('--port 516')), 'refused');
    assert.equal(causeOf(await measure('--printer elsewhere')), 'unknown printer');
    assert.equal(causeOf(await measure('', inNamespace(b))), 'the server has no name for this host');
    writeFileSync(join(spool, '../../etc/hosts.lpd'), '10.98.0.77\n');
    assert.equal(causeOf(await measure()), 'the server does not let this host print');
    writeFileSync(join(spool, '../../etc/hosts.lpd'), `${CLIENT}\n`);
    // As lpc(8) does: the lock's mode for the group turns the queue off, that for its owner the printer.
    const lock = join(spool, 'lock');
    writeFileSync(lock, '');
    chmodSync(lock, 0o650);
    assert.equal(causeOf(await measure()), 'the server does not take the job: null queue is turned off');
    chmodSync(lock, 0o640);
    // Who holds the lock prints.
    const held = takeFileLock(lock);
    assert.ok(held !== undefined);
    const waiting = causeOf(await measure('--until printed --timeout 1'));
    assert.equal(waiting, 'accepted, but not printed in time: no daemon present');
    closeSync(held);
  }),
);

test('a spool without room is named, and takes smaller jobs', LPD, () =>
  withLpd(async ({ measure }) => {
    assert.equal(causeOf(await measure('--sizes 8M')), 'disk full on the server');
    assert.deepEqual((await measure()).rows[0]?.failures, {});
    // What is still to be printed takes room, too.
    const { failures = {} } = (await measure('--sizes 1M -t 0.3')).rows[0] ?? {};
    assert.deepEqual(Object.keys(failures), ['disk full on the server']);
  }),
);

test('a server that hangs or is killed while it takes a job ends each job with its cause, in time', LPD, () =>
  withLpd(async ({ measure, b }) => {
    signal(b, ['lpd'], 'SIGSTOP');
    assert.equal(causeOf(await measure('--timeout 0.3')), 'no reply in time');
    signal(b, ['lpd'], 'SIGCONT');

    const killed = measure('-t 1 --timeout 2');
    await until('a job to be taken', () => processesIn(b).filter(({ name }) => name === 'lpd').length > 1);
    signal(b, ['lpd'], 'SIGKILL');
    const measured = await killed;
    const causes = [causeOf(measured), ...Object.keys(measured.rows[0]?.failures ?? {})].filter((cause) => cause);
    assert.ok(causes.length > 0);
    for (const cause of causes) assert.match(cause ?? '', /^(refused|reset|closed without a reply)$/);
    // The shell that waits for lpd ends after it.
    await until('all to have ended', () => processesIn(b).length === 0);
  }),
);
