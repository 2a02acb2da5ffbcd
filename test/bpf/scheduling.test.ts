// Which server a new connection goes to, and what changes of the configuration mean to connections that there are.

import assert from 'node:assert/strict';
import { MAGLEV_ROWS } from '../../src/director/schedulers/mh.ts';
import { type Director, directorTest } from './director.ts';
import { assertDropped, assertForwarded } from './outcome.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, SERVER, SERVER2, SERVER3, server, service, VIP } from './services.ts';

const SYN = { from: CLIENT, to: VIP, flags: 'S' };
const ACK = { from: CLIENT, to: VIP, flags: '.' };

/** Last octets of the servers that `count` new connections are sent to, in order. */
function servers(director: Director, count: number, firstPort = 1024): number[] {
  return director.inside(() =>
    Array.from({ length: count }, (_, position) => {
      const { verdict, frame } = director.receive({ ...SYN, from: `198.51.100.7:${firstPort + position}` });
      assert.equal(verdict, VERDICT.redirect);
      return frame[33] ?? 0;
    }),
  );
}

function countOf(sequence: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const server of sequence) counts[server] = (counts[server] ?? 0) + 1;
  return counts;
}

directorTest('rr gives each of three servers exactly a third of 3000 connections, in list order', (director) => {
  director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat'), server(SERVER3, 'nat')]));
  const sequence = servers(director, 3000);
  assert.deepEqual(sequence.slice(0, 6), [11, 12, 13, 11, 12, 13]);
  assert.deepEqual(countOf(sequence), { 11: 1000, 12: 1000, 13: 1000 });
  assert.deepEqual(
    director.plane.readStatus()[0]?.servers.map(({ counters }) => counters.connections),
    [1000, 1000, 1000],
  );
});

directorTest('wrr divides by weight, and interleaves as the kernel does', (director) => {
  const weighted = [server(SERVER, 'nat', 4), server(SERVER2, 'nat', 3), server(SERVER3, 'nat', 2)];
  director.configure(service(weighted, { scheduler: 'wrr' }));
  const sequence = servers(director, 900);
  // Servers that are added to an empty service find its weight in the last pass, which gives each a turn.
  assert.deepEqual(sequence.slice(0, 9), [11, 12, 13, 11, 11, 12, 11, 12, 13]);
  assert.deepEqual(countOf(sequence), { 11: 400, 12: 300, 13: 200 });
});

for (const scheduler of ['rr', 'wrr'] as const) {
  directorTest(`${scheduler} gives a server of weight 0 nothing new`, (director) => {
    const weighted = [server(SERVER, 'nat'), server(SERVER2, 'nat', 0), server(SERVER3, 'nat')];
    director.configure(service(weighted, { scheduler }));
    assert.deepEqual(countOf(servers(director, 100)), { 11: 50, 13: 50 });
  });
}

directorTest('a connection stays with its server, whatever comes in between', (director) => {
  director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')]));
  director.receive(SYN);
  servers(director, 5);
  for (const flags of ['S', '.', 'P.', 'F.']) {
    assertForwarded(director.receive({ ...SYN, flags }), { ...SYN, flags, to: SERVER, ttl: 63 });
  }
});

directorTest('a server whose weight becomes 0 keeps its connections', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.configure(service([server(SERVER, 'nat', 0), server(SERVER2, 'nat')]));
  assertForwarded(director.receive(ACK), { ...ACK, to: SERVER, ttl: 63 });
  assert.deepEqual(servers(director, 2), [12, 12]);
});

directorTest('rr goes on behind the server that it chose last when the list changes', (director) => {
  director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')]));
  assert.deepEqual(servers(director, 1), [11]);
  director.configure(service([server(SERVER3, 'nat'), server(SERVER, 'nat'), server(SERVER2, 'nat')]));
  assert.deepEqual(servers(director, 3, 2000), [12, 13, 11]);
});

directorTest('a change of another service does not disturb the order', (director) => {
  const first = service([server(SERVER, 'nat'), server(SERVER2, 'nat'), server(SERVER3, 'nat')]);
  director.configure(first);
  assert.deepEqual(servers(director, 2), [11, 12]);
  director.configure(service([server(SERVER, 'nat')], { at: '10.9.1.110:81' }), first);
  assert.deepEqual(servers(director, 2, 2000), [13, 11]);
});

for (const method of ['nat', 'dr', 'tun'] as const) {
  directorTest(`packets of a connection to a removed server are dropped at once, under ${method}`, (director) => {
    director.configure(service([server(SERVER, method), server(SERVER2, method)]));
    director.receive(SYN);
    assert.equal(director.receive(ACK).verdict, VERDICT.redirect);
    director.configure(service([server(SERVER2, method)]));
    assertDropped(director.receive(ACK));
    assertDropped(director.receive(ACK));
    assert.equal(director.drops('SERVER_REMOVED'), 2);
  });
}

directorTest('what a removed server still sends to its clients goes through', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.configure(service([]));
  const reply = { from: SERVER, to: CLIENT, flags: 'S.' };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: VIP, ttl: 63 }, 'server');
});

directorTest('a server added again finds its connections and counters', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.configure(service([]));
  director.configure(service([server(SERVER, 'nat')]));
  assertForwarded(director.receive(ACK), { ...ACK, to: SERVER, ttl: 63 });
  const [status] = director.plane.readStatus()[0]?.servers ?? [];
  assert.equal(status?.counters.connections, 1);
  assert.equal(status?.counters.inPackets, 2);
  assert.equal(status?.activeConnections, 1);
});

directorTest('a service added again with its server finds its connections', (director) => {
  const one = service([server(SERVER, 'nat')]);
  director.configure(one);
  director.receive(SYN);
  director.configure();
  assertDropped(director.receive(ACK));
  director.configure(one);
  assertForwarded(director.receive(ACK), { ...ACK, to: SERVER, ttl: 63 });
});

directorTest(
  'a new server of weight 0 is not in the table of mh, whatever weight was at its place before',
  (director) => {
    const other = service([server(SERVER3, 'nat')], { at: '10.9.1.110:81' });
    const slotsOf = (at: number) =>
      [...director.maps.services.entries()].find(({ key }) => key.port === at)?.value.slots_count;
    director.configure(service([server(SERVER, 'nat', 5)], { scheduler: 'mh' }), other);
    assert.equal(slotsOf(80), MAGLEV_ROWS);
    director.configure(other);
    director.configure(service([server(SERVER2, 'nat', 0)], { scheduler: 'mh' }), other);
    assert.equal(slotsOf(80), 0);
  },
);
