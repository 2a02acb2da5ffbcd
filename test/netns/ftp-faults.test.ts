// vsftpd that has no room, is killed or is not installed: what the client calls it, and that it comes to an end.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Ipv4 } from '../../src/model/mod.ts';
import { closeSocket, inNetworkNamespace, listenTcp, runCommand } from '../../src/system/mod.ts';
import { inNamespace, LVSKIT, startInBackground, until, untilListening, withPair } from './netpipe-namespaces.ts';
import { assertWhole, runFtpIn } from './support/ftp-client.ts';
import type { FtpRun } from './support/ftp-runs.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';

const FIRST_PORT = 40_000;

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

test(
  'a client without a free port says so: for its session, and for a connection that the server is to make',
  needing('vsftpd'),
  () =>
    withPair(({ a, b, addressOfB }) =>
      withScratch(async (folder) => {
        startInBackground([...inNamespace(b), LVSKIT, 'serve', 'ftp', '--folder', folder]);
        const setRange = (first: number, last: number) =>
          runCommand([...inNamespace(a), 'sysctl', '-qw', `net.ipv4.ip_local_port_range=${first} ${last}`]);
        const taken = inNetworkNamespace(`/run/netns/${a}`, () =>
          listenTcp({ address: '0.0.0.0' as Ipv4, port: FIRST_PORT }),
        );
        try {
          await untilListening(b, 21);
          // The session has the second; connections that the client makes share it, but nobody listens there.
          setRange(FIRST_PORT, FIRST_PORT + 1);
          const [passive, active, extended] = await runFtpIn(inNamespace(a), addressOfB, [
            {},
            { mode: 'port' },
            { mode: 'eprt' },
          ]);
          assertWhole(passive, 1, 'passive');
          assert.deepEqual([active, extended], [{ why: 'no free port here' }, { why: 'no free port here' }]);
          setRange(FIRST_PORT, FIRST_PORT);
          assert.deepEqual(await runFtpIn(inNamespace(a), addressOfB, [{}]), [{ why: 'no free port here' }]);
        } finally {
          closeSocket(taken);
          killServers(b);
          await until('the daemon to end', () => serversIn(b).length === 0);
        }
      }),
    ),
);
