// vsftpd that has no room, is killed or is not installed: what the client calls it, and that it comes to an end.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../src/system/mod.ts';
import { inNamespace, LVSKIT, startInBackground, until, untilListening, withPair } from './netpipe-namespaces.ts';
import { assertWhole, runFtpIn } from './support/ftp-client.ts';
import type { FtpRun } from './support/ftp-runs.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';

function serversIn(namespace: string): readonly number[] {
  const pids = runCommand(['ip', 'netns', 'pids', namespace]).stdout.trim().split('\n').filter(Boolean).map(Number);
  return pids.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'vsftpd');
}

function killServers(namespace: string): void {
  for (const pid of serversIn(namespace)) process.kill(pid, 'SIGKILL');
}

/** Connections of the director's to this port: a session and what belongs to it. */
function established(namespace: string): number {
  const { stdout } = runCommand([...inNamespace(namespace), 'ss', '-Htn', 'state', 'established']);
  return stdout.split('\n').filter(Boolean).length;
}

test(
  'a server that dies in mid transfer, has a full disk or lacks the folder says so; a missing one its package',
  needing('vsftpd'),
  () =>
    withPair(({ a, b, addressOfB }) =>
      withScratch(async (folder) => {
        // The files need 128 MB.
        const disk = join(folder, 'disk');
        mkdirSync(disk);
        runCommand(['mount', '-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', disk]);
        const inA = (runs: readonly FtpRun[]) => runFtpIn(inNamespace(a), addressOfB, runs);
        try {
          startInBackground([...inNamespace(b), LVSKIT, 'serve', 'ftp', '--folder', join(disk, 'ftp')]);
          await untilListening(b, 21);
          const put = { direction: 'put', sizeBytes: 1024 ** 2 } as const;
          const [small, large, elsewhere] = await inA([
            put,
            { ...put, sizeBytes: 64 * 1024 ** 2 },
            { ...put, uploadFolder: 'nowhere' },
          ]);
          assertWhole(small, put.sizeBytes, 'what there is room for');
          assert.equal(large?.why, 'reply 451 Failure writing to local file.');
          assert.equal(elsewhere?.why, 'reply 553 Could not create file.');

          const measuring = inA([{ sizeBytes: 64 * 1024 ** 2, seconds: 1.5 }]);
          // The control connection, and one for data.
          await until('a transfer', () => established(b) === 2);
          killServers(b);
          const [killed] = await measuring;
          const causes = killed?.why === undefined ? Object.keys(killed?.failures ?? {}) : [killed.why];
          assert.ok(causes.includes('the server closed in mid transfer'), causes.join());
          assert.ok(killed?.why !== undefined || causes.includes('refused'), causes.join());
          assert.deepEqual(await inA([{}]), [{ why: 'refused' }]);
        } finally {
          killServers(b);
          await until('the daemon to end', () => serversIn(b).length === 0);
          runCommand(['umount', '--lazy', disk]);
        }
        const hidden = `mount --bind /dev/null "$(command -v vsftpd)" && exec ${LVSKIT} serve ftp`;
        const { status, stderr } = runCommand(['unshare', '--mount', 'sh', '-c', hidden], { allowFailure: true });
        assert.equal(status, 1);
        assert.match(stderr, /the program 'vsftpd' is not installed\n.*apt-get install vsftpd/);
      }),
    ),
);
