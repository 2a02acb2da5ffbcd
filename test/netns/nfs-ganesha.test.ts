// `lvskit serve nfs` as a user starts it, in a network namespace of its own: what it lets clients do and what not, its
// port mapper, a full disk, and that nothing is left of it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { NfsOptions, NfsSession } from '../../src/measure/clients/nfs/session.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { runCommand } from '../../src/system/mod.ts';
import { type Background, inNamespace, LVSKIT, startInBackground, until } from './netpipe-namespaces.ts';
import { withNfsSession } from './support/nfs-session.ts';
import { needing } from './support/programs.ts';

const NEEDS = needing('ganesha.nfsd', 'rpcbind');
const NAMESPACE = `lvskit-nfs-${process.pid}`;
const LOOPBACK = '127.0.0.1' as Ipv4;
/** Not where it is without a port mapper. */
const MOUNT_PORT = 3048;

let server: Background | undefined;

function listeners(): string {
  return runCommand([...inNamespace(NAMESPACE), 'ss', '-lntu']).stdout;
}

before(async () => {
  if (NEEDS.skip !== false) return;
  runCommand(['ip', 'netns', 'add', NAMESPACE]);
  runCommand(['ip', '-n', NAMESPACE, 'link', 'set', 'lo', 'up']);
  const words = ['serve', 'nfs', '--memory', '1M', '--mount-port', String(MOUNT_PORT)];
  server = startInBackground([...inNamespace(NAMESPACE), LVSKIT, ...words]);
  await until('ganesha to listen', () => /udp .*:2049 /.test(listeners()));
});
after(() => {
  if (NEEDS.skip !== false) return;
  for (const pid of processes()) process.kill(Number(pid), 'SIGKILL');
  runCommand(['ip', 'netns', 'delete', NAMESPACE]);
});

function processes(): readonly string[] {
  return runCommand(['ip', 'netns', 'pids', NAMESPACE]).stdout.split('\n').filter(Boolean);
}

function withSession<T>(options: Partial<NfsOptions>, work: (session: NfsSession) => T): T {
  return withNfsSession(NAMESPACE, LOOPBACK, { mountPort: MOUNT_PORT, ...options }, work);
}

for (const transport of ['udp', 'tcp'] as const) {
  test(`${transport}: the port mapper tells where to mount`, NEEDS, () => {
    withSession({ transport, mountPort: undefined }, (session) => session.read('file.12', 4096));
    assert.throws(() => withSession({ transport, mountPort: 20_048 }, () => {}), /mount: (port unreachable|refused)/);
  });
}

test('the files can be read and not changed, an export that is not there cannot be mounted', NEEDS, () => {
  withSession({}, (session) => {
    assert.throws(() => session.read('file.27', 2 ** 27), { message: 'LOOKUP: NFS3ERR_NOENT: no such file' });
    assert.throws(() => session.read('file.12', 4095), { message: '4096 bytes instead of 4095' });
    const isSync = false;
    assert.throws(() => session.write('new', 1, { isSync }), {
      message: 'CREATE: NFS3ERR_ROFS: the export is read-only',
    });
    assert.throws(() => session.remove('file.12'), { message: 'REMOVE: NFS3ERR_ROFS: the export is read-only' });
  });
  assert.throws(() => withSession({ exportPath: '/etc' }, () => {}), /mount: MNT3ERR_/);
});

for (const isSync of [false, true]) {
  test(`a disk that is full is named, ${isSync ? 'each WRITE at once' : 'with a COMMIT in the end'}`, NEEDS, () => {
    withSession({ exportPath: '/memory' }, (session) => {
      assert.throws(() => session.write('large', 2 ** 21, { isSync }), {
        message: 'WRITE: NFS3ERR_NOSPC: no space left on the server',
      });
      session.remove('large');
      session.write('small', 2 ** 19, { isSync });
      session.remove('small');
    });
  });
}

test('what is written to null is answered, and kept nowhere', NEEDS, () => {
  withSession({ exportPath: '/null' }, (session) => {
    // Twice what /memory has room for.
    session.write('written', 2 ** 21, { isSync: false });
    session.remove('written');
  });
});

test('what is written to the disk is there, and belongs to nobody', NEEDS, () => {
  withSession({ exportPath: '/disk' }, (session) => {
    session.write('written', 100_000, { isSync: true });
    const found = runCommand([
      'find',
      '/var/lib/lvskit/nfs',
      '-path',
      `*/root-${server?.pid}/disk/written`,
    ]).stdout.trim();
    assert.equal(readFileSync(found, 'utf8'), '0'.repeat(100_000));
    assert.equal(runCommand(['stat', '-c', '%u:%g', found]).stdout.trim(), '65534:65534');
    session.remove('written');
  });
});

test('a port that is in use is named', NEEDS, () => {
  const again = runCommand([...inNamespace(NAMESPACE), LVSKIT, 'serve', 'nfs'], { allowFailure: true });
  assert.equal(again.status, 1);
  assert.match(again.stderr, /port 0\.0\.0\.0:2049|0\.0\.0\.0:2049/);
});

test('its folder cannot be where it sees nothing of the machine', NEEDS, () => {
  const words = ['serve', 'nfs', '--port', '2050', '--folder', '/run/lvskit/nfs'];
  const refused = runCommand([...inNamespace(NAMESPACE), LVSKIT, ...words], { allowFailure: true });
  assert.match(refused.stderr, /cannot have its files in \/run\/lvskit\/nfs: ganesha is given a \/run of its own\n/);
});

test('when it is told to end it does, and its port mapper with it', NEEDS, async () => {
  process.kill(server?.pid ?? 0, 'SIGTERM');
  await server?.ended;
  await until('its processes to end', () => processes().length === 0);
  const { stdout } = runCommand(['grep', '-c', ' /mnt/memory ', '/proc/self/mounts'], { allowFailure: true });
  assert.equal(stdout.trim(), '0');
});
