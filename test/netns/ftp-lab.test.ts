// FTP services of conf files: vsftpd on the realservers of labs, measured from their clients through their directors in
// every mode and method, used by curl and lftp besides; and what is said where a mode can't work.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Lab, readLab } from '../../src/lab/mod.ts';
import { takeDownVirtualServer } from '../../src/suite/mod.ts';
import { runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT } from './netpipe-namespaces.ts';
import { assertWhole, runFtpIn } from './support/ftp-client.ts';
import type { FtpOutcome, FtpRun } from './support/ftp-runs.ts';
import { enter, ipvsadm, runInside, statusOf } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { type Example, exampleFile, vipOf } from './support/virtual-server.ts';

const TIMEOUT_MS = 60_000;
const MODES = ['pasv', 'epsv', 'port', 'eprt'] as const;
const DIRECTOR = 'behind VS-DR or VS-TUN it needs persistence or a mark, behind NAT a helper for FTP';

/** With FTP as its only service, on two realservers. By the command line, because its services are started by that. */
async function withFtpLab(example: Example, work: (lab: Lab) => Promise<void>): Promise<void> {
  await withScratch(async (folder) => {
    const conf = readFileSync(exampleFile(example), 'utf8').replaceAll(/^SERVICE=.*$/gm, '');
    const confFile = join(folder, `${example}.conf`);
    writeFileSync(confFile, `${conf}\nSERVICE=t ftp rr realserver1 realserver2\n`);
    const name = `t${process.pid}-ftp-${example}`;
    const hosts = join(exampleFile(example), '..', 'hosts');
    const { stderr, status } = await runCommandAsync(
      [LVSKIT, 'lab', 'up', confFile, '--hosts', hosts, '--name', name],
      { allowFailure: true },
    );
    assert.equal(status, 0, stderr);
    try {
      await work(readLab(name));
    } finally {
      await takeDownVirtualServer(name);
    }
  });
}

function runOnClient(lab: Lab, runs: readonly FtpRun[]): Promise<readonly FtpOutcome[]> {
  return runFtpIn(enter(lab, 'client'), vipOf(lab), runs);
}

async function assertEveryModeWorks(lab: Lab): Promise<void> {
  const runs = MODES.flatMap((mode) =>
    (['get', 'put'] as const).map((direction) => ({ mode, direction, sizeBytes: 262_144 })),
  );
  const outcomes = await runOnClient(lab, runs);
  for (const [index, { mode, direction }] of runs.entries()) {
    assertWhole(outcomes[index], 262_144, `${direction} by ${mode}`);
  }
}

async function assertCurlAndLftpWork(lab: Lab): Promise<void> {
  const url = `ftp://${vipOf(lab)}`;
  for (const words of [[], ['--ftp-port', '-']]) {
    const got = await runInside(lab, 'client', ['curl', '-sS', '--max-time', '10', ...words, `${url}/file.4`]);
    assert.equal(got, '0'.repeat(16));
  }
  const settings = 'set net:timeout 5; set net:max-retries 1; set cmd:fail-exit yes';
  const got = await runInside(lab, 'client', ['lftp', '-c', `${settings}; open ${url}; cat file.5; cls -1 in`]);
  // What was sent is gone.
  assert.equal(got, '0'.repeat(32));
}

async function assertCauses(lab: Lab, runs: readonly FtpRun[], causes: readonly string[]): Promise<void> {
  // Through the director's connections of before an active mode would work, if it met one of their ports again.
  await runInside(lab, 'client', ['sysctl', '-qw', 'net.ipv4.ip_local_port_range=20000 29999']);
  const outcomes = await runOnClient(lab, runs);
  const expected = causes.map((cause) => `${cause}: ${DIRECTOR}`);
  assert.deepEqual(
    outcomes.map((outcome) => ('why' in outcome ? outcome.why : 'none')),
    expected,
  );
}

const PROGRAMS = needing('vsftpd', 'curl', 'lftp');

test('VS-NAT: every mode works, sessions alternate, and past the helper no mode works', PROGRAMS, () =>
  withFtpLab('vs-nat', async (lab) => {
    const words = ['--lab', lab.plan.name, '--files', '1', '--sizes', '1', '-t', '0.2', '--json'];
    const { stdout } = await runCommandAsync([LVSKIT, 'bench', 'ftp', ...words], { timeoutMs: TIMEOUT_MS });
    const row = JSON.parse(stdout);
    assert.deepEqual([row.sizeBytes, row.failures], [1, {}]);
    // A session for each file, one more to begin with, and perhaps one that came too late.
    const [one = 0, other = 0] = statusOf(lab, 21).servers.map(({ counters }) => Number(counters.connections));
    assert.ok(Math.abs(one - other) <= 1, `${one} and ${other} sessions`);
    assert.ok(
      one + other > row.transfers && one + other <= row.transfers + 2,
      `${one + other}, ${row.transfers} files`,
    );

    await assertEveryModeWorks(lab);
    await assertCurlAndLftpWork(lab);
    await ipvsadm(lab, `-A -t ${vipOf(lab)}:2121 -s rr`);
    await ipvsadm(lab, `-a -t ${vipOf(lab)}:2121 -r 192.168.1.11:21 -m`);
    const runs = MODES.map((mode) => ({ mode, port: 2121 }));
    await assertCauses(lab, runs, [
      'told to connect to 192.168.1.11, not 192.168.2.110 (PASV)',
      'data connection refused (EPSV)',
      'data connection from 192.168.1.11, not 192.168.2.110 (PORT)',
      'data connection from 192.168.1.11, not 192.168.2.110 (EPRT)',
    ]);
  }),
);

for (const example of ['vs-dr', 'vs-tun'] as const) {
  test(`${example}: every mode works, and without persistence none`, PROGRAMS, () =>
    withFtpLab(example, async (lab) => {
      await assertEveryModeWorks(lab);
      await assertCurlAndLftpWork(lab);
      await ipvsadm(lab, `-E -t ${vipOf(lab)}:21 -s rr`);
      const runs = MODES.map((mode) => ({ mode, timeoutMs: 500 }));
      await assertCauses(lab, runs, [
        'data connection refused (PASV)',
        'data connection refused (EPSV)',
        'no data connection came (PORT)',
        'no data connection came (EPRT)',
      ]);
    }),
  );
}
