// Persistence as IPVS has it (ip_vs_sched_persist, v6.1): who is kept at which server, for how long, and what keeps
// and ends it.

import assert from 'node:assert/strict';
import { lvsState, lvsTupleKind } from '../../src/dataplane/abi.ts';
import type { Connection, Persistence, ServerEntry, ServiceEntry } from '../../src/director/mod.ts';
import type { Ipv4, TransportProtocol } from '../../src/model/mod.ts';
import { type Director, directorTest, until } from './director.ts';
import { assertAnswered, assertForwarded } from './outcome.ts';
import { buildPacket } from './packet-builder.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, SERVER, SERVER2, server, service, VIP } from './services.ts';
import { openSimultaneously } from './simultaneous-openers.ts';

const VIP_ADDRESS = '10.9.1.110';
const SERVERS = [server(SERVER, 'nat'), server(SERVER2, 'nat')];

function persistence(timeoutS = 300, netmask = '255.255.255.255'): Persistence {
  return { timeoutS, netmask: netmask as Ipv4 };
}

function kept(servers: readonly ServerEntry[] = SERVERS, settings: Parameters<typeof service>[1] = {}): ServiceEntry {
  return service(servers, { persistence: persistence(), ...settings });
}

/** Opens a connection; says to which server it went. */
function connect(director: Director, from: string, to = VIP): string {
  const outcome = director.receive({ from, to, flags: 'S' });
  assert.equal(outcome.verdict, VERDICT.redirect);
  return serverOf(director, from, to);
}

function serverOf(director: Director, from: string, to: string): string {
  const found = director.plane
    .readConnections()
    .find(({ client, virtual }) => from === text(client) && to === text(virtual));
  assert.ok(found, `no connection from ${from} to ${to}`);
  return text(found.server);
}

function text({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address}:${port}`;
}

function templates(director: Director): readonly Connection[] {
  return director.plane.readConnections().filter(({ isTemplate }) => isTemplate);
}

function describeTemplates(director: Director): string[] {
  return templates(director).map(
    ({ protocol, state, client, virtual, server }) =>
      `${protocol} ${state} ${text(client)} ${text(virtual)} ${text(server)}`,
  );
}

directorTest('a client stays at its server, others are scheduled', (director) => {
  director.configure(kept());
  const first = connect(director, '198.51.100.7:40000');
  for (let port = 40001; port < 40006; port++) assert.equal(connect(director, `198.51.100.7:${port}`), first);
  assert.notEqual(connect(director, '198.51.100.8:40000'), first);
  assert.deepEqual(
    director.service().servers.map(({ persistentConnections }) => persistentConnections),
    [1, 1],
  );
  // Templates are no connections.
  assert.equal(director.service().counters.connections, 7);
});

directorTest('clients that agree under the netmask are one client', (director) => {
  director.configure(kept(SERVERS, { persistence: persistence(300, '255.255.255.0') }));
  const first = connect(director, '198.51.100.7:40000');
  assert.equal(connect(director, '198.51.100.77:40000'), first);
  assert.notEqual(connect(director, '198.51.101.7:40000'), first);
  assert.deepEqual(describeTemplates(director).sort(), [
    `tcp NONE 198.51.100.0:0 ${VIP} ${first}`,
    `tcp NONE 198.51.101.0:0 ${VIP} ${connect(director, '198.51.101.7:40001')}`,
  ]);
});

directorTest("a template is listed with the service's and the server's port, assured once established", (director) => {
  director.configure(kept([server('10.9.2.11:8080', 'nat')]));
  connect(director, CLIENT);
  assert.deepEqual(describeTemplates(director), [`tcp NONE 198.51.100.7:0 ${VIP} 10.9.2.11:8080`]);
  director.receive({ from: CLIENT, to: VIP, flags: '.' });
  assert.deepEqual(describeTemplates(director), [`tcp ASSURED 198.51.100.7:0 ${VIP} 10.9.2.11:8080`]);
});

directorTest('a template of UDP is assured by the first answer', (director) => {
  director.configure(kept([server(SERVER, 'nat')], { protocol: 'udp' }));
  director.receive({ from: CLIENT, to: VIP });
  assert.equal(templates(director)[0]?.state, 'NONE');
  director.receive({ from: SERVER, to: CLIENT }, 'server');
  assert.equal(templates(director)[0]?.state, 'ASSURED');
});

directorTest('port zero keeps a client at one server on all ports, each as it is', (director) => {
  director.configure(kept([server('10.9.2.11:0', 'nat'), server('10.9.2.12:0', 'nat')], { at: `${VIP_ADDRESS}:0` }));
  const http = connect(director, '198.51.100.7:40000', `${VIP_ADDRESS}:80`);
  const https = connect(director, '198.51.100.7:40001', `${VIP_ADDRESS}:443`);
  assert.equal(https, http.replace(/:80$/, ':443'));
  assert.deepEqual(describeTemplates(director), [
    `tcp NONE 198.51.100.7:0 ${VIP_ADDRESS}:0 ${http.replace(/:80$/, ':0')}`,
  ]);
});

directorTest("a service's own port comes before port zero", (director) => {
  director.configure(
    kept([server('10.9.2.11:0', 'nat')], { at: `${VIP_ADDRESS}:0` }),
    service([server('10.9.2.12:80', 'nat')]),
  );
  assert.equal(connect(director, CLIENT), '10.9.2.12:80');
});

for (const method of ['dr', 'tun'] as const) {
  directorTest(`FTP's data connections go where the control connection went, under ${method}`, (director) => {
    const servers = [server('10.9.2.11:21', method), server('10.9.2.12:21', method)];
    director.configure(kept(servers, { at: `${VIP_ADDRESS}:21` }));
    const control = connect(director, '198.51.100.7:40000', `${VIP_ADDRESS}:21`);
    connect(director, '198.51.100.8:40000', `${VIP_ADDRESS}:21`);
    const passive = connect(director, '198.51.100.7:40001', `${VIP_ADDRESS}:50000`);
    assert.equal(passive, control.replace(/:21$/, ':50000'));
    // The server's SYN does not come by; the client's answer to it does.
    const active = { from: '198.51.100.7:40002', to: `${VIP_ADDRESS}:20`, flags: 'S.' };
    assert.equal(director.receive(active).verdict, VERDICT.redirect);
    assert.equal(serverOf(director, active.from, active.to), control.replace(/:21$/, ':20'));
    assert.deepEqual(
      describeTemplates(director).sort()[0],
      `tcp NONE 198.51.100.7:0 ${VIP_ADDRESS}:0 ${control.replace(/:21$/, ':0')}`,
    );
  });
}

directorTest('FTP that is not persistent leaves other ports to the stack', (director) => {
  director.configure(service([server('10.9.2.11:21', 'nat')], { at: `${VIP_ADDRESS}:21` }));
  const data = { from: CLIENT, to: `${VIP_ADDRESS}:50000`, flags: 'S' };
  assert.equal(director.receive(data).verdict, VERDICT.pass);
  assert.equal(director.flowCount(), 0);
});

directorTest('what comes from port 20 is not scheduled', (director) => {
  director.configure(kept());
  assert.equal(director.receive({ from: '198.51.100.7:20', to: VIP, flags: 'S' }).verdict, VERDICT.pass);
  assert.equal(director.flowCount(), 0);
});

directorTest('a server of weight 0 keeps the clients that it has, and gets no others', (director) => {
  director.configure(kept());
  const first = connect(director, '198.51.100.7:40000');
  const drained = SERVERS.map((entry) => (text(entry) === first ? { ...entry, weight: 0 } : entry));
  director.configure(kept(drained));
  assert.equal(connect(director, '198.51.100.7:40001'), first);
  for (let host = 20; host < 24; host++) assert.notEqual(connect(director, `198.51.100.${host}:40000`), first);
});

directorTest('an overloaded server keeps the clients that it has', (director) => {
  const limited = SERVERS.map((entry) => ({ ...entry, upperThreshold: 1 }));
  director.configure(kept(limited));
  const first = connect(director, '198.51.100.7:40000');
  assert.notEqual(connect(director, '198.51.100.8:40000'), first);
  assert.equal(connect(director, '198.51.100.7:40001'), first);
  const refused = { from: '198.51.100.9:40000', to: VIP, flags: 'S' };
  assertAnswered(
    director.receive(refused),
    { source: VIP_ADDRESS, destination: '198.51.100.9' },
    { type: 3, code: 3, quoted: buildPacket(refused) },
  );
});

directorTest('the clients of a removed server are scheduled anew, and stay where they come to', (director) => {
  director.configure(kept());
  const first = connect(director, '198.51.100.7:40000');
  const others = SERVERS.filter((entry) => text(entry) !== first);
  director.configure(kept(others));
  const second = connect(director, '198.51.100.7:40001');
  assert.notEqual(second, first);
  director.configure(kept());
  assert.equal(connect(director, '198.51.100.7:40002'), second);
  assert.deepEqual(describeTemplates(director), [`tcp NONE 198.51.100.7:0 ${VIP} ${second}`]);
});

directorTest('a service edited to be persistent no longer schedules its clients each time', (director) => {
  director.configure(kept());
  const first = connect(director, '198.51.100.7:40000');
  director.configure(service(SERVERS));
  const went = [1, 2].map((offset) => connect(director, `198.51.100.7:${40000 + offset}`));
  assert.equal(new Set(went).size, 2);
  director.configure(kept());
  assert.equal(connect(director, '198.51.100.7:40010'), first);
});

directorTest('a longer timeout is that of later templates', (director) => {
  director.configure(kept());
  connect(director, '198.51.100.7:40000');
  director.configure(kept(SERVERS, { persistence: persistence(3000) }));
  connect(director, '198.51.100.7:40001');
  connect(director, '198.51.100.8:40000');
  const minutes = templates(director).map(({ expiresMs }) => Math.ceil(expiresMs / 60_000));
  assert.deepEqual(minutes.sort(), [5, 50]);
});

directorTest('a template ends after its timeout when nothing is under it', async (director) => {
  director.setAllTimeouts(1);
  director.configure(kept(SERVERS, { persistence: persistence(2) }));
  connect(director, CLIENT);
  await until('the connection to expire', () => director.flowCount() === 1);
  assert.equal(templates(director).length, 1);
  await until('the template to expire', () => director.flowCount() === 0);
  assert.deepEqual(
    director.service().servers.map(({ persistentConnections }) => persistentConnections),
    [0, 0],
  );
  assert.equal([...director.maps.templates.entries()].length, 0);
});

directorTest('a template stays while a connection is under it, and then has a minute', async (director) => {
  director.configure(kept(SERVERS, { persistence: persistence(1) }));
  connect(director, CLIENT);
  const expiresMs = () => templates(director)[0]?.expiresMs ?? 0;
  await until('the timer to be set anew', () => expiresMs() > 2000);
  assert.ok(expiresMs() <= 60_000);
});

directorTest('each connection sets the timer anew', async (director) => {
  director.configure(kept());
  connect(director, '198.51.100.7:40000');
  const expiresMs = () => templates(director)[0]?.expiresMs ?? 0;
  await until('some time to pass', () => expiresMs() < 299_500);
  const beforeMs = expiresMs();
  // Packets of a connection do not.
  director.receive({ from: '198.51.100.7:40000', to: VIP, flags: '.' });
  assert.ok(expiresMs() <= beforeMs);
  connect(director, '198.51.100.7:40001');
  assert.ok(expiresMs() > beforeMs);
});

for (const [state, closing] of [
  ['TIME_WAIT', ['F', 'F']],
  ['CLOSE', ['R', 'R']],
] as const) {
  directorTest(`a SYN on a connection in ${state} that is under a template goes on with it`, (director) => {
    director.configure(kept());
    const at = connect(director, CLIENT);
    director.receive({ from: CLIENT, to: VIP, flags: '.' });
    for (const flags of closing) director.receive({ from: at, to: CLIENT, flags }, 'server');
    director.receive({ from: CLIENT, to: VIP, flags: 'F' });
    const again = { from: CLIENT, to: VIP, flags: 'S' };
    assertForwarded(director.receive(again), { ...again, to: at, ttl: 63 });
    assert.equal(director.service().counters.connections, 1);
  });
}

for (const protocol of ['tcp', 'udp'] as const satisfies readonly TransportProtocol[]) {
  directorTest(`a thousand ${protocol} connections of one client come and go under one template`, async (director) => {
    director.setAllTimeouts(1);
    director.configure(kept(SERVERS, { protocol }));
    director.inside(() => {
      for (let port = 1024; port < 2024; port++) {
        director.receive({ from: `198.51.100.7:${port}`, to: VIP, ...(protocol === 'tcp' ? { flags: 'S' } : {}) });
      }
    });
    const children = () =>
      [...director.maps.flows.entries()]
        .filter(({ key }) => key.kind === lvsTupleKind.LVS_TEMPLATE)
        .map(({ value }) => value.children);
    assert.deepEqual(children(), [1000]);
    assert.equal([...director.maps.templates.entries()].length, 1000);
    await until('the connections to expire', () => director.flowCount() === 1);
    assert.deepEqual(children(), [0]);
    assert.equal([...director.maps.templates.entries()].length, 0);
  });
}

directorTest(
  'connections that a new client opens on two CPUs at once have one server, and its template ends',
  async (director) => {
    director.setAllTimeouts(2);
    director.configure(kept(SERVERS, { persistence: persistence(3) }));
    await openSimultaneously(director, 2000);
    const went = new Map<string, Set<string>>();
    for (const { client, server: to } of director.plane.readConnections()) {
      went.set(client.address, (went.get(client.address) ?? new Set()).add(text(to)));
    }
    assert.deepEqual(
      [...went].filter(([, servers]) => servers.size > 1),
      [],
    );
    await until('connections and templates to expire', () => director.flowCount() === 0);
    assert.equal([...director.maps.templates.entries()].length, 0);
  },
);

directorTest('a template does not count a connection to another server', async (director) => {
  director.setAllTimeouts(1);
  director.configure(kept());
  const first = connect(director, '198.51.100.7:40000');
  const [template] = [...director.maps.flows.entries()].filter(({ key }) => key.kind === lvsTupleKind.LVS_TEMPLATE);
  assert.ok(template);
  const children = () => director.maps.flows.get(template.key)?.children;
  await until('the connection to expire', () => children() === 0);
  // Another CPU is about to delete it: it keeps nobody any more, and is in the place of the one that is to come.
  director.maps.flows.set(template.key, { ...template.value, children: 0, state: lvsState.LVS_S_GONE });
  assert.notEqual(connect(director, '198.51.100.7:40001'), first);
  assert.equal(children(), 0);
});
