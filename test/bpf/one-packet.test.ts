// One-packet scheduling (ipvsadm -o): each datagram is scheduled by itself, and counted, and nothing of it stays.

import assert from 'node:assert/strict';
import type { Ipv4 } from '../../src/model/mod.ts';
import { directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertAnswered, assertForwarded, assertPassed, quotedOf } from './outcome.ts';
import { CLIENT, SERVER, SERVER2, server, service, VIP } from './services.ts';

const DATAGRAM = { from: CLIENT, to: VIP, payload: Buffer.from('who is there') };
const ONE_PACKET = { protocol: 'udp', onePacket: true } as const;

directorTest('the datagrams of one client take turns, under all methods', (director) => {
  for (const method of ['nat', 'dr', 'tun'] as const) {
    director.configure(service([server(SERVER, method), server(SERVER2, method)], ONE_PACKET));
    for (let i = 0; i < 6; i++) director.receive(DATAGRAM);
    assert.deepEqual(
      director.service().servers.map(({ counters }) => [counters.connections, counters.inPackets, counters.inBytes]),
      [
        [3, 3, 3 * 40],
        [3, 3, 3 * 40],
      ],
      method,
    );
    assert.equal(director.flowCount(), 0);
    director.configure();
  }
});

directorTest('a datagram is rewritten as of any other service', (director) => {
  director.configure(service([server('10.9.2.11:8080', 'nat')], ONE_PACKET));
  assertForwarded(director.receive(DATAGRAM), { ...DATAGRAM, to: '10.9.2.11:8080', ttl: 63 });
  const { activeConnections, inactiveConnections } = director.server();
  assert.deepEqual([activeConnections, inactiveConnections], [0, 0]);
});

directorTest('what the server answers is left to the stack: no connection says whose it is', (director) => {
  director.configure(service([server(SERVER, 'nat')], ONE_PACKET));
  director.receive(DATAGRAM);
  const answer = frameOn('server', { from: SERVER, to: CLIENT });
  assertPassed(director.receive(answer, 'server'), answer);
});

directorTest('a connection that there is goes on, and the next one is not kept', (director) => {
  const servers = [server(SERVER, 'nat')];
  director.configure(service(servers, { protocol: 'udp' }));
  director.receive(DATAGRAM);
  director.configure(service(servers, ONE_PACKET));
  director.receive(DATAGRAM);
  director.receive({ ...DATAGRAM, from: '198.51.100.7:40001' });
  assert.equal(director.plane.readConnections().length, 1);
  assert.equal(director.service().counters.connections, 2);
});

directorTest('with persistence the client stays at its server, by a template alone', (director) => {
  const persistence = { timeoutS: 300, netmask: '255.255.255.255' as Ipv4 };
  director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')], { ...ONE_PACKET, persistence }));
  for (let i = 0; i < 4; i++) director.receive(DATAGRAM);
  const connections = director.service().servers.map(({ counters }) => counters.connections);
  assert.deepEqual(connections.sort(), [0, 4]);
  assert.deepEqual(
    director.plane.readConnections().map(({ isTemplate }) => isTemplate),
    [true],
  );
});

directorTest('without a server that takes it a datagram is answered', (director) => {
  director.configure(service([server(SERVER, 'nat', 0)], ONE_PACKET));
  assertAnswered(
    director.receive(DATAGRAM),
    { source: '10.9.1.110', destination: '198.51.100.7' },
    { type: 3, code: 3, quoted: quotedOf(DATAGRAM) },
  );
});
