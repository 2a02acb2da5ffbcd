// The NFS client against a server that answers rightly and wrongly: what it makes of each, what it counts, and by which
// name it calls what went wrong.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type NfsOptions, NfsSession } from '../../src/measure/clients/nfs/session.ts';
import type { Ipv4 } from '../../src/model/mod.ts';

const SERVER = fileURLToPath(new URL('support/nfs-misbehaviour.ts', import.meta.url));
const FILE_BYTES = 16_384;
const NAME = 'file.14';

let server: ChildProcess;
let port = 0;

before(async () => {
  server = spawn(process.execPath, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout ?? server, 'data');
  port = Number(String(line));
});
after(() => server.kill());

/** For servers that never answer. */
const IMPATIENT = { retransmitMs: 50, timeoutMs: 400 };

/** Mounts the export, which says how the server is to behave, and closes it again. */
function withSession<T>(way: string, options: Partial<NfsOptions>, work: (session: NfsSession) => T): T {
  const session = new NfsSession({
    address: '127.0.0.1' as Ipv4,
    port,
    mountPort: port,
    transport: 'udp',
    exportPath: `/${way}`,
    readBytes: 1024,
    writeBytes: 1024,
    window: 8,
    retransmitMs: 2000,
    timeoutMs: 10_000,
    ...options,
  });
  try {
    return work(session);
  } finally {
    session.close();
  }
}

/** Reads the file, and whether every byte came once. */
function readWhole(session: NfsSession): void {
  const came = new Uint8Array(FILE_BYTES);
  session.read(NAME, FILE_BYTES, (offset, bytes) => {
    for (const [index, byte] of bytes.entries()) {
      assert.equal(byte, 0x30);
      came[offset + index] = (came[offset + index] ?? 0) + 1;
    }
  });
  assert.ok(came.every((times) => times === 1));
}

const write = (session: NfsSession, isSync = false) => session.write(NAME, FILE_BYTES, { isSync });

for (const transport of ['udp', 'tcp'] as const) {
  for (const readBytes of [1024, 8192, 32_768]) {
    test(`${transport}: a file is read whole in parts of ${readBytes} bytes, with nothing sent again`, () => {
      withSession('good', { transport, readBytes }, (session) => {
        readWhole(session);
        assert.deepEqual(session.counts, { retransmissions: 0, lateReplies: 0, strayReplies: 0 });
        assert.ok(session.receivedBytes > FILE_BYTES);
      });
    });
  }

  test(`${transport}: what a server gives or takes only half of is asked for again`, () => {
    withSession('half', { transport }, (session) => {
      readWhole(session);
      write(session);
    });
  });

  test(`${transport}: files are written with a COMMIT in the end, or each part at once`, () => {
    withSession('good', { transport, writeBytes: 32_768 }, (session) => {
      write(session);
      write(session, true);
      session.remove(NAME);
      assert.ok(session.sentBytes > 2 * FILE_BYTES);
    });
  });

  for (const [way, cause] of [
    ['missing', 'LOOKUP: NFS3ERR_NOENT: no such file'],
    [
      'stale',
      'LOOKUP: NFS3ERR_STALE: the server does not know the handle (do mount and nfs reach the same realserver?)',
    ],
    ['weak', 'nfs: AUTH_TOOWEAK: the server wants a stronger authentication, or a port below 1024'],
    ['no-program', 'nfs: PROG_UNAVAIL: the server has no such program'],
    ['wrong-size', '16383 bytes instead of 16384'],
    ['early-end', 'READ: the file ends before its size'],
    ['cut', 'malformed reply: it is cut short'],
    ['more', 'malformed reply: READ gives another number of bytes than it says'],
    ['io', 'READ: NFS3ERR_IO: the disk failed'],
    ['silent', 'no reply to READ'],
  ] as const) {
    test(`${transport}: '${way}' fails as '${cause}'`, () => {
      const options = way === 'silent' ? { transport, ...IMPATIENT } : { transport };
      withSession(way, options, (session) => assert.throws(() => readWhole(session), { message: cause }));
    });
  }

  for (const [way, cause, isSync] of [
    ['restart', 'WRITE: the server restarted and lost what it had taken', false],
    ['restart-at-end', 'WRITE: the server restarted and lost what it had taken', false],
    ['nothing', 'WRITE: the server takes nothing', false],
    ['lax', 'malformed reply: WRITE is less safe than what was asked for', true],
  ] as const) {
    test(`${transport}: written to, '${way}' fails as '${cause}'`, () => {
      withSession(way, { transport }, (session) => assert.throws(() => write(session, isSync), { message: cause }));
    });
  }

  test(`${transport}: an export that is not to be mounted is named`, () => {
    const message = 'mount: MNT3ERR_ACCES: permission denied, or no such export';
    assert.throws(() => withSession('closed', { transport }, () => {}), { message });
  });

  test(`${transport}: sizes beyond what the server takes are refused`, () => {
    const message = 'nfs: the server takes no rsize above 32768';
    assert.throws(() => withSession('good', { transport, readBytes: 65_536 }, () => {}), { message });
  });
}

test('what is lost is sent again, and the file is whole', () => {
  withSession('lost', { retransmitMs: 200 }, (session) => {
    readWhole(session);
    const { retransmissions, strayReplies } = session.counts;
    assert.ok(retransmissions >= FILE_BYTES / 2048, `${retransmissions}`);
    assert.equal(strayReplies, 0);
  });
});

test('replies that come after the request was sent again are late, and counted', () => {
  withSession('late', { window: 1, readBytes: 8192, retransmitMs: 50 }, (session) => {
    readWhole(session);
    const { retransmissions, lateReplies, strayReplies } = session.counts;
    // Sent at 0 and 50 ms; the reply to the second comes at once, that to the first at 150.
    assert.ok(retransmissions >= 2, `${retransmissions}`);
    assert.deepEqual([lateReplies <= retransmissions, strayReplies], [true, 0]);
    session.read(NAME, FILE_BYTES);
    assert.ok(session.counts.lateReplies >= 2, `${session.counts.lateReplies} late`);
  });
});

test('a second reply to the same request is late, and taken once', () => {
  withSession('twice', {}, (session) => {
    readWhole(session);
    readWhole(session);
    assert.ok(session.counts.lateReplies >= 16);
    assert.equal(session.counts.retransmissions, 0);
  });
});

test('replies to nothing that was asked are passed over, and counted', () => {
  withSession('strays', {}, (session) => {
    readWhole(session);
    assert.equal(session.counts.strayReplies, 2 * (FILE_BYTES / 1024));
  });
});

test('a server that does not answer is asked at 50, 150 and 350 ms, and given up at 400', () => {
  withSession('silent', { window: 1, ...IMPATIENT }, (session) => {
    const beganMs = performance.now();
    assert.throws(() => readWhole(session), { message: 'no reply to READ' });
    const tookMs = performance.now() - beganMs;
    assert.ok(tookMs >= 400 && tookMs < 3000, `${tookMs} ms`);
    const { retransmissions } = session.counts;
    assert.ok(retransmissions >= 1 && retransmissions <= 3, `${retransmissions}`);
  });
});

test('that only small calls are answered is not put down to fragments where none are needed', () => {
  // Loopback has an MTU of 65536.
  withSession('small-only', { readBytes: 8192, ...IMPATIENT }, (session) => {
    assert.throws(() => readWhole(session), { message: 'no reply to READ' });
  });
});

test('over TCP a connection that ends in the middle is named', () => {
  for (const [way, cause] of [
    ['close', 'the server closed the connection'],
    ['reset', 'reset'],
  ] as const) {
    // One READ, so that nothing is sent to a connection that is closed.
    withSession(way, { transport: 'tcp', readBytes: 32_768 }, (session) =>
      assert.throws(() => readWhole(session), { message: cause }),
    );
  }
});

test('ports that nothing listens on are named, with the service that was to be there', () => {
  const unreachable = 'port unreachable: nothing listens there';
  for (const [options, message] of [
    [{ mountPort: 1 }, `mount: ${unreachable}`],
    [{ port: 1 }, `nfs: ${unreachable}`],
    [{ transport: 'tcp', mountPort: 1 }, 'mount: refused'],
    [{ transport: 'tcp', port: 1 }, 'nfs: refused'],
  ] as const) {
    assert.throws(() => withSession('good', options, () => {}), { message });
  }
});
