// Services of firewall marks: packets that have their mark when the data plane sees them.

import assert from 'node:assert/strict';
import type { Persistence, ServerEntry, ServiceEntry } from '../../src/director/mod.ts';
import type { AddressFamily, Ipv4 } from '../../src/model/mod.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { CLIENT, CLIENT6, SERVER6, server, service, VIP, VIP6 } from './services.ts';

const MARK = 0x10007;
const SERVERS = [server('10.9.2.11:0', 'nat'), server('10.9.2.12:0', 'nat')];
const PERSISTENCE: Persistence = { timeoutS: 300, netmask: '255.255.255.255' as Ipv4 };

function marked(
  servers: readonly ServerEntry[] = SERVERS,
  { family = 'inet', persistence }: { family?: AddressFamily; persistence?: Persistence } = {},
): ServiceEntry {
  return { mark: MARK, family, scheduler: 'rr', schedulerFlags: [], persistence, onePacket: false, servers };
}

/** Opens a connection by a packet with the mark; the server's address and port. */
function connect(director: Director, from: string, to: string, flags: { flags?: string } = { flags: 'S' }): string {
  director.receive({ from, to, ...flags }, 'client', MARK);
  const found = director.plane
    .readConnections()
    .find(({ client, isTemplate }) => !isTemplate && from.endsWith(`:${client.port}`));
  return found === undefined ? 'none' : `${found.server.address}:${found.server.port}`;
}

directorTest('a packet with the mark is for the service, whatever its address, port and protocol', (director) => {
  director.configure(marked());
  assert.equal(connect(director, '198.51.100.7:1001', VIP), '10.9.2.11:80');
  assert.equal(connect(director, '198.51.100.7:1002', '203.0.113.9:443'), '10.9.2.12:443');
  assert.equal(connect(director, '198.51.100.7:1003', '203.0.113.9:53', {}), '10.9.2.11:53');
});

directorTest('a packet without it, or with another, is not', (director) => {
  director.configure(marked());
  const frame = frameOn('client', { from: CLIENT, to: VIP, flags: 'S' });
  for (const mark of [0, MARK + 1, 7]) assertPassed(director.receive(frame, 'client', mark), frame);
});

directorTest('the later packets of a connection need no mark, and its replies none', (director) => {
  director.configure(marked());
  connect(director, CLIENT, VIP);
  const later = { from: CLIENT, to: VIP, flags: '.' };
  assertForwarded(director.receive(later), { ...later, to: '10.9.2.11:80', ttl: 63 });
  const reply = { from: '10.9.2.11:80', to: CLIENT, flags: '.' };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: VIP, ttl: 63 }, 'server');
});

directorTest('the mark comes before the address', (director) => {
  director.configure(service([server('10.9.2.13:80', 'nat')]), marked());
  assert.equal(connect(director, '198.51.100.7:1001', VIP), '10.9.2.11:80');
});

directorTest('a port of the server stands for all ports', (director) => {
  director.configure(marked([server('10.9.2.11:8080', 'nat')]));
  assert.equal(connect(director, '198.51.100.7:1001', VIP), '10.9.2.11:8080');
});

directorTest('persistent, a client stays at its server on all ports, each as it is', (director) => {
  director.configure(
    marked([server('10.9.2.11:8080', 'nat'), server('10.9.2.12:0', 'nat')], { persistence: PERSISTENCE }),
  );
  const ports = [80, 443, 8443].map((port, at) => connect(director, `198.51.100.7:${1001 + at}`, `10.9.1.110:${port}`));
  assert.deepEqual(ports, ['10.9.2.11:80', '10.9.2.11:443', '10.9.2.11:8443']);
  assert.equal(connect(director, '198.51.100.8:1011', VIP), '10.9.2.12:80');
  const [template] = director.plane
    .readConnections()
    .filter(({ isTemplate, client }) => isTemplate && client.address === '198.51.100.7');
  assert.deepEqual(
    [template?.protocol, template?.virtual, template?.server],
    ['ip', { address: '0.1.0.7', port: 0 }, { address: '10.9.2.11', port: 0 }],
  );
});

directorTest('IPv4 and IPv6 have their own services of a mark', (director) => {
  director.configure(marked([server(SERVER6, 'nat')], { family: 'inet6' }));
  const sent = { from: CLIENT6, to: VIP6, flags: 'S' };
  assertForwarded(director.receive(sent, 'client', MARK), { ...sent, to: SERVER6, ttl: 63 });
  const frame = frameOn('client', { from: CLIENT, to: VIP, flags: 'S' });
  assertPassed(director.receive(frame, 'client', MARK), frame);
});
