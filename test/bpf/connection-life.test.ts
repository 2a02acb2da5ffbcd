// From a connection's first packet to its end: what keeps it alive, when it expires, when it starts anew, and what it
// leaves behind.

import assert from 'node:assert/strict';
import { lvsState } from '../../src/dataplane/abi.ts';
import { directorTest, until } from './director.ts';
import { assertAnswered, assertDropped, assertForwarded } from './outcome.ts';
import { buildPacket } from './packet-builder.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, SERVER, SERVER2, server, service, VIP } from './services.ts';

const SYN = { from: CLIENT, to: VIP, flags: 'S' };

for (const method of ['nat', 'dr'] as const) {
  directorTest(
    `idle connections expire by themselves, under ${method}, and leave their counts behind`,
    async (director) => {
      director.setAllTimeouts(1);
      const servers = [server(SERVER, method)];
      director.configure(service(servers, { protocol: 'udp' }), service(servers));
      director.inside(() => {
        for (let port = 1024; port < 1074; port++) {
          const from = `198.51.100.7:${port}`;
          director.receive({ ...SYN, from });
          director.receive({ ...SYN, from, flags: '.' });
          director.receive({ from, to: VIP });
        }
      });
      assert.equal(director.flowCount(), method === 'nat' ? 200 : 100);
      await until('all connections to expire', () => director.flowCount() === 0);
      const [udp, tcp] = director.plane.readStatus().map(({ servers }) => servers[0]);
      assert.deepEqual(tcp?.counters, { connections: 50, inPackets: 100, outPackets: 0, inBytes: 4000, outBytes: 0 });
      assert.deepEqual(udp?.counters, { connections: 50, inPackets: 50, outPackets: 0, inBytes: 1400, outBytes: 0 });
      for (const status of [udp, tcp]) {
        assert.equal(status?.activeConnections, 0);
        assert.equal(status?.inactiveConnections, 0);
      }
    },
  );
}

directorTest('packets of either side keep a connection alive', async (director) => {
  director.setAllTimeouts(2);
  director.configure(service([server(SERVER, 'nat')]));
  const [idle, kept, keptByServer] = [1024, 1025, 1026].map((port) => `198.51.100.7:${port}`);
  for (const from of [idle, kept, keptByServer]) {
    director.receive({ ...SYN, from: from ?? '' });
    director.receive({ ...SYN, from: from ?? '', flags: '.' });
  }
  const ports = () => director.plane.readConnections().map(({ client }) => client.port);
  await until('the idle connection to expire', () => {
    director.receive({ ...SYN, from: kept ?? '', flags: '.' });
    director.receive({ from: SERVER, to: keptByServer ?? '', flags: '.' }, 'server');
    return !ports().includes(1024);
  });
  assert.deepEqual(ports().sort(), [1025, 1026]);
});

directorTest('a state with a shorter timeout brings the end nearer at once', async (director) => {
  director.setTimeouts({ [lvsState.LVS_S_CLOSE]: 1 });
  director.configure(service([server(SERVER, 'nat')]));
  for (const flags of ['S', '.', 'R']) director.receive({ ...SYN, flags });
  await until('the reset connection to expire', () => director.flowCount() === 0);
});

for (const [state, closing] of [
  ['TIME_WAIT', ['F', 'F']],
  ['CLOSE', ['R', 'R']],
] as const) {
  directorTest(`a SYN on a connection in ${state} is scheduled anew`, (director) => {
    director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')]));
    director.receive(SYN);
    director.receive({ ...SYN, flags: '.' });
    for (const flags of closing) director.receive({ from: SERVER, to: CLIENT, flags }, 'server');
    director.receive({ ...SYN, flags: 'F' });
    assert.equal(director.plane.readConnections()[0]?.state, state);

    assertForwarded(director.receive(SYN), { ...SYN, to: SERVER2, ttl: 63 });
    assert.equal(director.flowCount(), 2);
    const [first, second] = director.service().servers;
    assert.deepEqual([first?.activeConnections, first?.inactiveConnections], [0, 0]);
    assert.deepEqual([second?.activeConnections, second?.inactiveConnections], [1, 0]);
    assert.equal(director.service().counters.connections, 2);
  });
}

directorTest('a SYN on a finished connection finds out that no server takes new ones', (director) => {
  director.configure(service([server(SERVER, 'dr')]));
  director.receive(SYN);
  director.receive({ ...SYN, flags: '.' });
  director.receive({ ...SYN, flags: 'R' });
  director.configure(service([server(SERVER, 'dr', 0)]));
  assertAnswered(
    director.receive(SYN),
    { source: '10.9.1.110', destination: '198.51.100.7' },
    { type: 3, code: 3, quoted: buildPacket(SYN) },
  );
  assert.equal(director.flowCount(), 0);
});

directorTest(
  'the end of a connection leaves alone the way back that a later one of the same client took over',
  async (director) => {
    director.setTimeouts({ [lvsState.LVS_S_CLOSE]: 1 });
    const other = '10.9.1.110:81';
    director.configure(service([server(SERVER, 'nat')], { at: other }), service([server(SERVER, 'nat')]));
    director.receive(SYN);
    director.receive({ ...SYN, flags: '.' });
    director.receive({ ...SYN, to: other });
    director.receive({ ...SYN, flags: 'R' });
    await until('the first connection to expire', () => director.plane.readConnections().length === 1);
    const reply = { from: SERVER, to: CLIENT, flags: 'S.' };
    assertForwarded(director.receive(reply, 'server'), { ...reply, from: other, ttl: 63 }, 'server');
  },
);

directorTest('connections outlive their service, and forward nothing', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.configure();
  assert.equal(director.receive({ ...SYN, flags: '.' }).verdict, VERDICT.drop);
  assert.equal(director.plane.readConnections().length, 1);
});

directorTest('thousands of connections made at once all expire', async (director) => {
  director.setAllTimeouts(1);
  director.configure(service([server(SERVER, 'nat')]));
  director.inside(() => {
    for (let port = 1024; port < 5024; port++) director.receive({ ...SYN, from: `198.51.100.7:${port}` });
  });
  await until('all connections to expire', () => director.flowCount() === 0);
  assert.equal(director.server().activeConnections, 0);
  assert.equal(director.server().counters.inPackets, 4000);
});

directorTest('what the server sends puts off the expiry that is shown', async (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.receive({ ...SYN, flags: '.' });
  const shownMs = () => director.plane.readConnections()[0]?.expiresMs ?? 0;
  const atFirstMs = shownMs();
  await until('some time to pass', () => shownMs() < atFirstMs - 500);
  const beforeReplyMs = shownMs();
  director.receive({ from: SERVER, to: CLIENT, flags: '.' }, 'server');
  assert.ok(shownMs() > beforeReplyMs, `${shownMs()} ms after ${beforeReplyMs} ms`);
});

directorTest('packets to a removed server are not counted, and move its connection no further', (director) => {
  director.configure(service([server(SERVER, 'dr'), server(SERVER2, 'dr')]));
  director.receive(SYN);
  director.receive({ ...SYN, flags: '.' });
  director.configure(service([server(SERVER2, 'dr')]));
  assertDropped(director.receive({ ...SYN, flags: 'R' }));
  assert.equal(director.plane.readConnections()[0]?.state, 'ESTABLISHED');
  assert.equal(director.service().counters.inPackets, 2);
});
