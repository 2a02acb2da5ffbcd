// What a director takes in of another's connections, and what it tells of its own.

import assert from 'node:assert/strict';
import { lvsState } from '../../src/dataplane/abi.ts';
import { ConnectionExchange, type SharedConnection } from '../../src/dataplane/mod.ts';
import type { Endpoint } from '../../src/director/mod.ts';
import type { ForwardingMethod, IpAddress } from '../../src/model/mod.ts';
import { type Director, directorTest, until } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { CLIENT, CLIENT6, SERVER, SERVER2, SERVER6, server, service, VIP, VIP6 } from './services.ts';

const [TCP, UDP] = [6, 17] as const;
const [ESTABLISHED, FIN_WAIT] = [lvsState.LVS_S_ESTABLISHED, lvsState.LVS_S_FIN_WAIT] as const;

function endpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, '') as IpAddress, port: Number(text.slice(colon + 1)) };
}

/** An established connection of the client to the first server by VS-NAT, unless told otherwise. */
function told(change: Partial<SharedConnection> = {}): SharedConnection {
  return {
    protocol: TCP,
    isTemplate: false,
    isInactive: false,
    method: 'nat',
    state: ESTABLISHED,
    timeoutS: 900,
    mark: 0,
    client: endpoint(CLIENT),
    virtual: endpoint(VIP),
    server: endpoint(SERVER),
    ...change,
  };
}

function withExchange(director: Director, work: (exchange: ConnectionExchange) => void | Promise<void>): Promise<void> {
  const exchange = new ConnectionExchange(director.directory);
  return Promise.resolve(work(exchange)).finally(() => exchange.close());
}

function exchangeTest(title: string, work: (director: Director, exchange: ConnectionExchange) => void | Promise<void>) {
  directorTest(title, (director) => withExchange(director, (exchange) => work(director, exchange)));
}

function counts(director: Director, index = 0): readonly (number | undefined)[] {
  const status = director.service().servers[index];
  return [status?.activeConnections, status?.inactiveConnections, status?.persistentConnections];
}

for (const method of ['nat', 'dr', 'tun'] as const satisfies readonly ForwardingMethod[]) {
  exchangeTest(`a connection that was told of is the director's own, under ${method}`, (director, exchange) => {
    director.configure(service([server(SERVER, method)]));
    // How it is forwarded is for each director to know.
    assert.deepEqual(exchange.adopt([told({ method: 'dr' })]), ['new']);
    assert.equal(director.flowCount(), method === 'nat' ? 2 : 1);
    assert.deepEqual(counts(director), [1, 0, 0]);
    assert.equal(director.service().counters.connections, 0);
    const [connection] = director.plane.readConnections();
    assert.deepEqual([connection?.state, connection?.server], ['ESTABLISHED', endpoint(SERVER)]);
    assert.equal(Math.round((connection?.expiresMs ?? 0) / 10_000), 90);
  });
}

exchangeTest('its packets pass in both directions, over IPv4 and IPv6', (director, exchange) => {
  director.configure(service([server(SERVER, 'nat')]), service([server(SERVER6, 'nat')], { at: VIP6 }));
  const other = told({ client: endpoint(CLIENT6), virtual: endpoint(VIP6), server: endpoint(SERVER6) });
  assert.deepEqual(exchange.adopt([told(), other]), ['new', 'new']);
  for (const [client, virtual, real] of [
    [CLIENT, VIP, SERVER],
    [CLIENT6, VIP6, SERVER6],
  ] as const) {
    const request = { from: client, to: virtual, flags: '.' };
    assertForwarded(director.receive(request), { ...request, to: real, ttl: 63 });
    const reply = { from: real, to: client, flags: '.' };
    assertForwarded(director.receive(reply, 'server'), { ...reply, from: virtual, ttl: 63 }, 'server');
  }
});

exchangeTest(
  "it expires when it was told to, and after its first packet by one's own timeouts",
  async (director, exchange) => {
    director.configure(service([server(SERVER, 'nat')]));
    const kept = told({ timeoutS: 1, client: endpoint('198.51.100.7:40001') });
    exchange.adopt([told({ timeoutS: 1 }), kept]);
    director.receive({ from: '198.51.100.7:40001', to: VIP, flags: '.' });
    await until('the connection that nobody used to expire', () => director.flowCount() === 2);
    const [connection] = director.plane.readConnections();
    assert.equal(connection?.client.port, 40001);
    assert.equal(Math.round((connection?.expiresMs ?? 0) / 10_000), 90);
    assert.deepEqual(counts(director), [1, 0, 0]);
  },
);

exchangeTest(
  'what is told of it again brings its state, its counts and its end up to date',
  async (director, exchange) => {
    director.configure(service([server(SERVER, 'nat')]));
    exchange.adopt([told()]);
    const end = told({ state: FIN_WAIT, isInactive: true, timeoutS: 1 });
    assert.deepEqual(exchange.adopt([end]), ['known']);
    assert.equal(director.plane.readConnections()[0]?.state, 'FIN_WAIT');
    assert.deepEqual(counts(director), [0, 1, 0]);
    await until('the connection to expire', () => director.flowCount() === 0);
    assert.deepEqual(counts(director), [0, 0, 0]);
  },
);

exchangeTest(
  'a connection that leads to another server now replaces the old one, whose end is no news',
  (director, exchange) => {
    director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')]));
    exchange.adopt([told()]);
    assert.deepEqual(exchange.adopt([told({ server: endpoint(SERVER2) })]), ['new']);
    assert.deepEqual(
      [counts(director, 0), counts(director, 1)],
      [
        [0, 0, 0],
        [1, 0, 0],
      ],
    );
    assert.equal(director.flowCount(), 2);
    assert.deepEqual(exchange.adopt([told({ state: FIN_WAIT, isInactive: true })]), ['outdated']);
    assert.deepEqual(counts(director, 1), [1, 0, 0]);
  },
);

exchangeTest(
  'a connection goes on without its server in the table, and is counted once it is there',
  (director, exchange) => {
    director.configure(service([server(SERVER2, 'nat')]));
    assert.deepEqual(exchange.adopt([told()]), ['new']);
    const request = { from: CLIENT, to: VIP, flags: '.' };
    assertForwarded(director.receive(request), { ...request, to: SERVER, ttl: 63 });
    assert.deepEqual(counts(director), [0, 0, 0]);
    director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')]));
    assert.deepEqual(exchange.adopt([told()]), ['new']);
    assert.deepEqual(counts(director), [1, 0, 0]);
    assert.equal(director.flowCount(), 2);
  },
);

exchangeTest('what cannot be here is left alone', (director, exchange) => {
  director.configure(service([server(SERVER2, 'tun')]));
  const unknown: readonly Partial<SharedConnection>[] = [
    { protocol: 50 },
    { state: 11 },
    { protocol: UDP, state: 1 },
    { method: 'tun' },
    { method: 'local' },
    { isTemplate: true, client: { ...endpoint(CLIENT), port: 0 } },
  ];
  assert.deepEqual(
    exchange.adopt(unknown.map(told)),
    unknown.map(() => 'unknown'),
  );
  assert.equal(director.flowCount(), 0);
  const stranger = { from: CLIENT, to: VIP, flags: '.' };
  assertPassed(director.receive(stranger), frameOn('client', stranger));
});

exchangeTest('a template keeps its client at its server', (director, exchange) => {
  const persistence = { timeoutS: 300, netmask: '255.255.255.255' as IpAddress };
  director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat')], { persistence }));
  const client = { ...endpoint(CLIENT), port: 0 };
  const template = told({ isTemplate: true, state: 1, timeoutS: 300, client, server: endpoint(SERVER2) });
  assert.deepEqual(exchange.adopt([template]), ['new']);
  assert.deepEqual(counts(director, 1), [0, 0, 1]);
  const syn = { from: CLIENT, to: VIP, flags: 'S' };
  for (const port of [40000, 40001]) {
    const from = `198.51.100.7:${port}`;
    assertForwarded(director.receive({ ...syn, from }), { ...syn, from, to: SERVER2, ttl: 63 });
  }
});

exchangeTest(
  'others are told of a connection when it is established, and of what becomes of it',
  (director, exchange) => {
    director.configure(service([server(SERVER, 'nat')]));
    director.receive({ from: CLIENT, to: VIP, flags: 'S' });
    assert.deepEqual(exchange.collect(), []);
    director.receive({ from: CLIENT, to: VIP, flags: '.' });
    assert.deepEqual(exchange.collect(), [told()]);
    director.receive({ from: CLIENT, to: VIP, flags: '.' });
    assert.deepEqual(exchange.collect(), []);
    director.receive({ from: CLIENT, to: VIP, flags: 'F' });
    const [change] = exchange.collect();
    assert.deepEqual([change?.isInactive, change?.timeoutS], [true, change?.state === FIN_WAIT ? 120 : 60]);
    assert.deepEqual(exchange.collect(), []);
  },
);

exchangeTest(
  'others are told again of a connection that goes on, not of one that is idle',
  async (director, exchange) => {
    director.setTimeouts({ [ESTABLISHED]: 8 });
    director.configure(service([server(SERVER, 'dr')]));
    const [busy, idle] = ['198.51.100.7:40000', '198.51.100.7:40001'] as const;
    for (const from of [busy, idle]) for (const flags of ['S', '.']) director.receive({ from, to: VIP, flags });
    assert.equal(exchange.collect().length, 2);
    const again: SharedConnection[] = [];
    await until('to hear of it again', () => {
      director.receive({ from: busy, to: VIP, flags: '.' });
      again.push(...exchange.collect());
      return again.length > 0;
    });
    assert.deepEqual(
      again.map(({ client }) => client),
      [endpoint(busy)],
    );
  },
);

exchangeTest('others are told of datagrams from the third on, or of those that go on', async (director, exchange) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'udp' }));
  const [many, slow, one] = [40000, 40001, 40002].map((port) => `198.51.100.7:${port}`) as [string, string, string];
  for (const from of [many, many, many, slow, one]) director.receive({ from, to: VIP });
  assert.deepEqual(
    exchange.collect().map(({ client }) => client),
    [endpoint(many)],
  );
  const later: SharedConnection[] = [];
  await until('to hear of the slow one', () => {
    director.receive({ from: slow, to: VIP });
    later.push(...exchange.collect());
    return later.length > 0;
  });
  assert.deepEqual(
    later.map(({ client, state, isInactive }) => [client, state, isInactive]),
    [[endpoint(slow), 0, true]],
  );
});

exchangeTest("nobody is told of another director's connection before it has packets here", (director, exchange) => {
  director.configure(service([server(SERVER, 'nat')]));
  exchange.adopt([told({ state: FIN_WAIT })]);
  assert.deepEqual(exchange.collect(), []);
  director.receive({ from: CLIENT, to: VIP, flags: 'R' });
  assert.deepEqual(
    exchange.collect().map(({ state }) => state),
    [lvsState.LVS_S_CLOSE],
  );
});

directorTest('a daemon that starts tells of everything', async (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  for (const flags of ['S', '.']) director.receive({ from: CLIENT, to: VIP, flags });
  await withExchange(director, (first) => assert.equal(first.collect().length, 1));
  const startS = Math.floor(performance.now() / 1000);
  await until('the next second', () => Math.floor(performance.now() / 1000) > startS + 1);
  await withExchange(director, (second) => {
    assert.deepEqual([second.collect().length, second.collect().length], [1, 0]);
  });
});
