// IPVS's sysctls on the data plane: what packets become of with each, and without.

import assert from 'node:assert/strict';
import type { Settings } from '../../src/director/mod.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertAnswered, assertDropped, assertPassed, quotedOf } from './outcome.ts';
import { VERDICT } from './prog-test-run.ts';
import { buildSctp } from './sctp-packets.ts';
import { CLIENT, SERVER, SERVER2, server, service, VIP } from './services.ts';

const PERSISTENCE = { timeoutS: 300, netmask: '255.255.255.255' as Ipv4 };

function set(director: Director, settings: Partial<Settings>): void {
  director.plane.changeSettings(settings);
}

/** Where the only connection, or the one from this port, leads to. */
function serverOf(director: Director, from = CLIENT): string | undefined {
  const found = director.plane
    .readConnections()
    .find(({ client, isTemplate }) => !isTemplate && `${client.address}:${client.port}` === from);
  return found && `${found.server.address}:${found.server.port}`;
}

/** Sends a SYN; says which server has the connection afterwards. */
function connect(director: Director, from = CLIENT): string | undefined {
  director.receive({ from, to: VIP, flags: 'S' });
  return serverOf(director, from);
}

function receiveSctp(director: Director, chunk: 'data' | 'abort'): void {
  director.receive(frameOn('client', buildSctp({ from: CLIENT, to: VIP, chunks: [chunk], chunkBytes: 16 })));
}

const SERVERS = [server(SERVER, 'nat'), server(SERVER2, 'nat')];

/** As SERVERS, but for the one at this address: of another weight, or without it. */
function serversBut(at: string | undefined, weight?: number) {
  return SERVERS.flatMap((entry) => {
    if (`${entry.address}:${entry.port}` !== at) return [entry];
    return weight === undefined ? [] : [{ ...entry, weight }];
  });
}

directorTest(
  'expire_nodest_conn: a removed server gets no packet more, and the next datagram another server',
  (director) => {
    const settings = { protocol: 'udp' } as const;
    director.configure(service(SERVERS, settings));
    director.receive({ from: CLIENT, to: VIP });
    const first = serverOf(director);
    director.configure(service(serversBut(first), settings));
    assertDropped(director.receive({ from: CLIENT, to: VIP }));
    assert.equal(serverOf(director), first);

    set(director, { expire_nodest_conn: 1 });
    assert.equal(director.receive({ from: CLIENT, to: VIP }).verdict, VERDICT.redirect);
    assert.notEqual(serverOf(director), first);
    assert.equal(director.drops(), 1);
    assert.deepEqual(
      director.service().servers.map(({ inactiveConnections }) => inactiveConnections),
      [1],
    );
  },
);

directorTest(
  'expire_nodest_conn: the stack answers the packets of a TCP connection whose server is gone',
  (director) => {
    director.configure(service(SERVERS));
    const first = connect(director);
    set(director, { expire_nodest_conn: 1 });
    director.configure(service(serversBut(first)));
    const data = { from: CLIENT, to: VIP, flags: '.' };
    assertPassed(director.receive(data), frameOn('client', data));
    assert.equal(director.flowCount(), 0);
    assert.notEqual(connect(director), first);
  },
);

directorTest('expire_nodest_conn: while it is on, connections end with the removal itself', (director) => {
  set(director, { expire_nodest_conn: 1 });
  for (const method of ['nat', 'dr'] as const) {
    director.configure(service([server(SERVER, method), server(SERVER2, method)]));
    for (let port = 1; port <= 6; port++) connect(director, `198.51.100.7:${port}`);
    director.configure(service([server(SERVER2, method)]));
    assert.deepEqual(
      director.plane.readConnections().map(({ server }) => server.address),
      ['10.9.2.12', '10.9.2.12', '10.9.2.12'],
    );
    assert.equal(director.flowCount(), method === 'nat' ? 6 : 3);
    director.configure(service([server(SERVER, method)]));
    assert.equal(director.flowCount(), 0);
  }
});

directorTest(
  'expire_nodest_conn: a SYN leaves a server of weight 0, whatever state its connection is in',
  (director) => {
    director.configure(service(SERVERS));
    const first = connect(director);
    director.configure(service(serversBut(first, 0)));
    assert.equal(connect(director), first);
    set(director, { expire_nodest_conn: 1 });
    // What is no SYN stays.
    director.receive({ from: CLIENT, to: VIP, flags: '.' });
    assert.equal(serverOf(director), first);
    assert.notEqual(connect(director), first);
  },
);

directorTest('expire_quiescent_template: clients kept at a server of weight 0 are scheduled anew', (director) => {
  director.configure(service(SERVERS, { persistence: PERSISTENCE }));
  const first = connect(director);
  director.configure(service(serversBut(first, 0), { persistence: PERSISTENCE }));
  assert.equal(connect(director, '198.51.100.7:40001'), first);
  set(director, { expire_quiescent_template: 1 });
  const second = connect(director, '198.51.100.7:40002');
  assert.notEqual(second, first);
  // From now on they are kept there.
  director.configure(service(SERVERS, { persistence: PERSISTENCE }));
  assert.equal(connect(director, '198.51.100.7:40003'), second);
});

directorTest('sloppy_tcp: a packet in the middle of a connection opens it, a reset does not', (director) => {
  director.configure(service(SERVERS));
  for (const flags of ['.', 'R.']) {
    const packet = { from: CLIENT, to: VIP, flags };
    assertPassed(director.receive(packet), frameOn('client', packet));
  }
  set(director, { sloppy_tcp: 1 });
  director.receive({ from: CLIENT, to: VIP, flags: 'R.' });
  assert.equal(director.flowCount(), 0);
  director.receive({ from: CLIENT, to: VIP, flags: '.' });
  assert.equal(director.plane.readConnections()[0]?.state, 'ESTABLISHED');
});

directorTest('sloppy_sctp: a chunk in the middle of an association opens it, an ABORT does not', (director) => {
  director.configure(service(SERVERS, { protocol: 'sctp' }));
  receiveSctp(director, 'data');
  set(director, { sloppy_sctp: 1 });
  receiveSctp(director, 'abort');
  assert.equal(director.flowCount(), 0);
  receiveSctp(director, 'data');
  assert.equal(director.plane.readConnections()[0]?.state, 'ESTABLISHED');
});

for (const [mode, closing, isScheduled] of [
  [0, 'R', false],
  [1, 'R', true],
  [1, 'F', false],
  [2, 'R', true],
  [2, 'F', true],
] as const) {
  const what = isScheduled ? 'is scheduled anew' : 'goes on';
  directorTest(`conn_reuse_mode ${mode}: under VS-DR a SYN after the client's ${closing} ${what}`, (director) => {
    set(director, { conn_reuse_mode: mode });
    director.configure(service([server(SERVER, 'dr'), server(SERVER2, 'dr')]));
    connect(director);
    director.receive({ from: CLIENT, to: VIP, flags: '.' });
    director.receive({ from: CLIENT, to: VIP, flags: closing });
    connect(director);
    assert.equal(director.service().counters.connections, isScheduled ? 2 : 1);
  });
}

directorTest('conn_reuse_mode 2: where both sides are seen, FIN_WAIT is no end', (director) => {
  set(director, { conn_reuse_mode: 2 });
  director.configure(service([server(SERVER, 'nat')]));
  connect(director);
  director.receive({ from: SERVER, to: CLIENT, flags: 'S.' }, 'server');
  director.receive({ from: CLIENT, to: VIP, flags: '.' });
  director.receive({ from: SERVER, to: CLIENT, flags: 'F.' }, 'server');
  assert.equal(director.plane.readConnections()[0]?.state, 'FIN_WAIT');
  connect(director);
  assert.equal(director.service().counters.connections, 1);
});

for (const protocol of ['tcp', 'udp'] as const) {
  directorTest(`nat_icmp_send: a server is told that nobody has asked for its ${protocol} packet`, (director) => {
    const packet = { from: SERVER, to: CLIENT, ...(protocol === 'tcp' ? { flags: '.' } : {}) };
    const passes = () => assertPassed(director.receive(packet, 'server'), frameOn('server', packet));
    director.configure(service(SERVERS, { protocol }));
    passes();
    set(director, { nat_icmp_send: 1 });
    assertAnswered(
      director.receive(packet, 'server'),
      { source: '198.51.100.7', destination: '10.9.2.11' },
      { type: 3, code: 3, quoted: quotedOf(packet) },
      'server',
    );
    assert.equal(director.drops('NO_CONNECTION'), 1);
    for (const other of [
      { ...packet, from: '10.9.2.11:81' },
      { ...packet, from: '10.9.2.99:80' },
    ]) {
      assertPassed(director.receive(other, 'server'), frameOn('server', other));
    }
    director.configure(service([server(SERVER, 'dr')], { protocol }));
    passes();
    director.configure(service(SERVERS, { protocol }));
    set(director, { nat_icmp_send: 0 });
    passes();
  });
}

directorTest('nat_icmp_send: a reset of no connection is nobody told of', (director) => {
  director.configure(service(SERVERS));
  set(director, { nat_icmp_send: 1 });
  const reset = { from: SERVER, to: CLIENT, flags: 'R' };
  assertPassed(director.receive(reset, 'server'), frameOn('server', reset));
});

directorTest("nat_icmp_send: a server's answer to a client is none of these", (director) => {
  director.configure(service(SERVERS));
  set(director, { nat_icmp_send: 1 });
  const at = connect(director) ?? '';
  assert.equal(director.receive({ from: at, to: CLIENT, flags: 'S.' }, 'server').verdict, VERDICT.redirect);
  assert.equal(director.drops(), 0);
});
