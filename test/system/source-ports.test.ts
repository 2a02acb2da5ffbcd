// Source ports that a client chooses itself, on the loopback device: each again at once, and none that is in use.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ipv4 } from '../../src/model/mod.ts';
import { acceptTcp, closeSocket, listenTcp, localPort, SourcePorts } from '../../src/system/mod.ts';

const LOOPBACK = '127.0.0.1' as Ipv4;
const TIMEOUT_MS = 5000;
/** Below the range that kernels take ports from by themselves. */
const RANGE = { first: 21_001, last: 21_003 };

function withListener(work: (connect: (ports: SourcePorts) => { fd: number; peer: number }) => void): void {
  const listener = listenTcp({ address: LOOPBACK, port: 0 });
  try {
    work((ports) => ({
      fd: ports.connect({ address: LOOPBACK, port: localPort(listener), timeoutMs: TIMEOUT_MS }),
      peer: acceptTcp(listener, { waitMs: TIMEOUT_MS, timeoutMs: TIMEOUT_MS }),
    }));
  } finally {
    closeSocket(listener);
  }
}

test('a port is used again while its last connection is in TIME_WAIT', () => {
  withListener((connect) => {
    const ports = new SourcePorts(RANGE);
    const used = Array.from({ length: 9 }, () => {
      const { fd, peer } = connect(ports);
      const port = localPort(fd);
      // Whoever closes first keeps the port in TIME_WAIT.
      closeSocket(fd);
      closeSocket(peer);
      return port;
    });
    for (const port of used) assert.ok(port >= RANGE.first && port <= RANGE.last, `${port}`);
    assert.deepEqual(used.slice(0, 3), used.slice(3, 6));
    assert.equal(new Set(used).size, 3);
  });
});

test('ports of open connections are passed over, and the want of one is an error', () => {
  withListener((connect) => {
    const open = [connect(new SourcePorts(RANGE)), connect(new SourcePorts(RANGE)), connect(new SourcePorts(RANGE))];
    try {
      assert.equal(new Set(open.map(({ fd }) => localPort(fd))).size, 3);
      assert.throws(() => connect(new SourcePorts(RANGE)), {
        code: 'SOCKET_PORT_IN_USE',
        message: /^cannot use any of the ports 21001 to 21003: /,
      });
    } finally {
      for (const { fd, peer } of open) {
        closeSocket(fd);
        closeSocket(peer);
      }
    }
  });
});
