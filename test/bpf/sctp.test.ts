// SCTP: associations are opened by INIT, go through IPVS's states, and no method changes what their checksum covers.

import assert from 'node:assert/strict';
import { type Director, directorTest } from './director.ts';
import { ADDRESS_AT_SERVERS, frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { buildSctp, type ChunkName } from './sctp-packets.ts';
import { allHistories, type History, type View } from './sctp-table.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';
import { buildTunnelled } from './tunnel-builder.ts';

const FIRST_PORT = 1024;

const FAMILIES = [
  ['IPv4', CLIENT, VIP, SERVER],
  ['IPv6', CLIENT6, VIP6, SERVER6],
] as const;

function describe({ steps }: History): string {
  return steps.map(({ by, chunk }) => `${by} ${chunk}`).join(', ');
}

/** Sends each history's packets from a client port of its own: {@link FIRST_PORT} and up. */
function play(director: Director, histories: readonly History[]): void {
  director.inside(() => {
    for (const [position, { steps }] of histories.entries()) {
      const client = `198.51.100.7:${FIRST_PORT + position}`;
      for (const { by, chunk } of steps) {
        if (by === 'client') director.receive(frameOn('client', buildSctp({ from: client, to: VIP, chunks: [chunk] })));
        else director.receive(frameOn('server', buildSctp({ from: SERVER, to: client, chunks: [chunk] })), 'server');
      }
    }
  });
}

function receive(director: Director, from: string, to: string, chunks: readonly ChunkName[], chunkBytes = 0) {
  return director.receive(frameOn('client', buildSctp({ from, to, chunks, chunkBytes })));
}

function states(director: Director): Map<number, string> {
  return new Map(director.plane.readConnections().map(({ client, state }) => [client.port, state]));
}

for (const [method, view, reachable] of [
  ['nat', 'both', 13],
  ['dr', 'client', 6],
  ['tun', 'client', 6],
] as const satisfies readonly (readonly [string, View, number])[]) {
  directorTest(
    `under ${method} every state that can be reached goes where IPVS's goes, with every chunk`,
    (director) => {
      director.configure(service([server(SERVER, method)], { protocol: 'sctp' }));
      const histories = allHistories(view);
      assert.equal(histories.length, reachable * 10 * (view === 'both' ? 2 : 1), 'the table is walked whole');
      play(director, histories);
      const reached = states(director);
      for (const [position, history] of histories.entries()) {
        assert.equal(reached.get(FIRST_PORT + position), history.state, describe(history));
      }
      const active = histories.filter(({ state }) => state === 'ESTABLISHED').length;
      const { activeConnections, inactiveConnections } = director.server();
      assert.deepEqual(
        { activeConnections, inactiveConnections },
        {
          activeConnections: active,
          inactiveConnections: histories.length - active,
        },
      );
    },
  );
}

directorTest('only INIT opens an association; the stack gets everything else', (director) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'sctp' }));
  for (const chunk of ['data', 'cookieEcho', 'abort', 'heartbeat', 'shutdownAck'] as const) {
    assertPassed(
      receive(director, CLIENT, VIP, [chunk]),
      frameOn('client', buildSctp({ from: CLIENT, to: VIP, chunks: [chunk] })),
    );
  }
  assert.equal(director.flowCount(), 0);
});

directorTest('a chunk that the machine does not know counts as data', (director) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'sctp' }));
  for (const chunk of ['init', 'cookieEcho', 'auth'] as const) receive(director, CLIENT, VIP, [chunk]);
  assert.deepEqual([...states(director).values()], ['ESTABLISHED']);
});

directorTest('an ABORT behind a COOKIE ECHO or COOKIE ACK counts, behind others it does not', (director) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'sctp' }));
  for (const [port, first, state] of [
    [1, 'cookieEcho', 'CLOSED'],
    [2, 'cookieAck', 'CLOSED'],
    [3, 'sack', 'ESTABLISHED'],
  ] as const) {
    const client = `198.51.100.7:${port}`;
    for (const chunk of ['init', 'cookieEcho'] as const) receive(director, client, VIP, [chunk]);
    // An odd length, so that the second chunk stands behind padding.
    receive(director, client, VIP, [first, 'abort'], 7);
    assert.equal(states(director).get(port), state, first);
  }
});

directorTest('a packet without a chunk is left to the stack', (director) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'sctp' }));
  const packet = buildSctp({ from: CLIENT, to: VIP, chunks: [] });
  assertPassed(director.receive(frameOn('client', packet)), frameOn('client', packet));
});

for (const [family, client, vip, realserver] of FAMILIES) {
  for (const method of ['nat', 'dr'] as const) {
    directorTest(`${family}: under ${method} ports, tags and checksum stay as they are`, (director) => {
      director.configure(service([server(realserver, method)], { at: vip, protocol: 'sctp' }));
      const spec = { from: client, to: vip, chunks: ['init'], chunkBytes: 16, ttl: 64 } as const;
      const to = method === 'nat' ? realserver : vip;
      assertForwarded(director.receive(frameOn('client', buildSctp(spec))), buildSctp({ ...spec, to, ttl: 63 }));
      if (method === 'dr') return;
      const answer = { ...spec, from: realserver, to: client, chunks: ['initAck'] } as const;
      const seen = director.receive(frameOn('server', buildSctp(answer)), 'server');
      assertForwarded(seen, buildSctp({ ...answer, from: vip, ttl: 63 }), 'server');
    });
  }
}

directorTest(
  'under tun the packet goes inside another; its checksum is none that the outer one could use',
  (director) => {
    const ends = { source: ADDRESS_AT_SERVERS, destination: '10.9.2.11' };
    for (const tunnel of [{ type: 'ipip' }, { type: 'gre', checksum: 'full' }] as const) {
      director.configure(service([{ ...server(SERVER, 'tun'), tunnel }], { protocol: 'sctp' }));
      const spec = { from: CLIENT, to: VIP, chunks: ['init'], chunkBytes: 700, ttl: 64 } as const;
      const outcome = director.receive(frameOn('client', buildSctp(spec)));
      const inner = buildSctp({ ...spec, ttl: 63 });
      assertForwarded(outcome, buildTunnelled({ ends, ttl: 63, id: 0 }, tunnel, inner));
    }
  },
);
