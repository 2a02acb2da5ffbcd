// The TCP states of connections, driven by packets through every pair of state and packet that can come about, and the
// counts of active and inactive connections that hang on them.

import assert from 'node:assert/strict';
import type { ConnectionState } from '../../src/director/mod.ts';
import { type Director, directorTest } from './director.ts';
import { SERVER, server, service, VIP } from './services.ts';
import { allHistories, type History, type Step, type View } from './tcp-table.ts';

const ACTIVE: readonly ConnectionState[] = ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK'];

const FIRST_PORT = 1024;

function describe({ steps }: History): string {
  return steps.map(({ by, flag }) => `${by} ${flag}`).join(', ');
}

/** Sends each history's packets from a client port of its own: {@link FIRST_PORT} and up. */
function play(director: Director, histories: readonly History[]): void {
  director.inside(() => {
    for (const [position, { steps }] of histories.entries()) {
      const client = `198.51.100.7:${FIRST_PORT + position}`;
      for (const { by, flag } of steps) {
        if (by === 'client') director.receive({ from: client, to: VIP, flags: flag });
        else director.receive({ from: SERVER, to: client, flags: flag }, 'server');
      }
    }
  });
}

function countsOf(director: Director): { active: number | undefined; inactive: number | undefined } {
  const [status] = director.plane.readStatus()[0]?.servers ?? [];
  return { active: status?.activeConnections, inactive: status?.inactiveConnections };
}

for (const [method, view, reachable] of [
  ['nat', 'both', 7],
  ['dr', 'client', 5],
  ['tun', 'client', 5],
] as const satisfies readonly (readonly [string, View, number])[]) {
  directorTest(
    `under ${method} every state that can be reached goes where IPVS's goes, with every packet`,
    (director) => {
      director.configure(service([server(SERVER, method)]));
      const histories = allHistories(view);
      assert.equal(histories.length, reachable * 4 * (view === 'both' ? 2 : 1), 'the table is walked whole');
      play(director, histories);
      const states = new Map(director.plane.readConnections().map(({ client, state }) => [client.port, state]));
      for (const [position, history] of histories.entries()) {
        assert.equal(states.get(FIRST_PORT + position), history.state, describe(history));
      }
      const active = histories.filter(({ state }) => ACTIVE.includes(state)).length;
      assert.deepEqual(countsOf(director), { active, inactive: histories.length - active });
    },
  );
}

const client = (flag: Step['flag']): Step => ({ by: 'client', flag });
const fromServer = (flag: Step['flag']): Step => ({ by: 'server', flag });

directorTest('a connection that is opened, used and closed by the client is seen so', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  const seen: string[] = [];
  for (const step of [client('S'), fromServer('S'), client('.'), client('F'), fromServer('F'), client('.')]) {
    play(director, [{ steps: [step], state: 'NONE' }]);
    const { active, inactive } = countsOf(director);
    seen.push(`${director.plane.readConnections()[0]?.state} ${active}+${inactive}`);
  }
  assert.deepEqual(seen, [
    'SYN_RECV 1+0',
    'SYN_RECV 1+0',
    'ESTABLISHED 1+0',
    'CLOSE_WAIT 0+1',
    'TIME_WAIT 0+1',
    'TIME_WAIT 0+1',
  ]);
});

directorTest('of several flags RST counts before SYN, SYN before FIN, FIN before ACK', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  for (const [flags, state] of [
    ['RSF.', 'CLOSE'],
    ['SF.', 'ESTABLISHED'],
    ['F.', 'CLOSE_WAIT'],
    ['P', 'ESTABLISHED'],
  ] as const) {
    const from = `198.51.100.8:${flags.length + flags.charCodeAt(0)}`;
    for (const each of ['S', '.', flags]) director.receive({ from, to: VIP, flags: each });
    const connection = director.plane.readConnections().find(({ client }) => from.endsWith(`:${client.port}`));
    assert.equal(connection?.state, state, flags);
  }
});

directorTest('a datagram makes an inactive connection in the one state of UDP', (director) => {
  director.configure(service([server(SERVER, 'nat')], { protocol: 'udp' }));
  director.receive({ from: '198.51.100.7:1024', to: VIP });
  director.receive({ from: SERVER, to: '198.51.100.7:1024' }, 'server');
  assert.deepEqual(
    director.plane.readConnections().map(({ state }) => state),
    ['UDP'],
  );
  assert.deepEqual(countsOf(director), { active: 0, inactive: 1 });
});
