// Changes of the service table, and what they refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addServer,
  addService,
  DirectorError,
  deleteServer,
  deleteService,
  editServer,
  editService,
  requireScheduler,
  type ServerEntry,
  type ServiceKey,
  type ServiceTable,
} from '../../src/director/mod.ts';
import { ipv4 } from './ipvsadm/session.ts';

const HTTP: ServiceKey = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 };
const DNS: ServiceKey = { protocol: 'udp', address: ipv4('10.1.0.100'), port: 53 };

function server(address: string, settings: Partial<ServerEntry> = {}): ServerEntry {
  return {
    address: ipv4(address),
    port: 80,
    method: 'nat',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...settings,
  };
}

const EMPTY_HTTP = addService([], { ...HTTP, scheduler: 'rr' });
const TWO_SERVERS = addServer(addServer(EMPTY_HTTP, HTTP, server('10.2.0.21')), HTTP, server('10.2.0.22'));

function addressesOf(table: ServiceTable): string[] {
  return table.flatMap(({ servers }) => servers.map(({ address }) => address));
}

function refuses(code: string, change: () => unknown): void {
  assert.throws(change, (error) => error instanceof DirectorError && error.code === code);
}

test('a new service comes first and has no servers', () => {
  const table = addService(TWO_SERVERS, { ...DNS, scheduler: 'wrr' });
  assert.deepEqual(table, [{ ...DNS, scheduler: 'wrr', servers: [] }, ...TWO_SERVERS]);
});

test('services of the same address and port but another protocol are different services', () => {
  const table = addService(EMPTY_HTTP, { ...HTTP, protocol: 'udp', scheduler: 'rr' });
  assert.equal(table.length, 2);
});

test('a service that is there already is refused', () => {
  refuses('DIRECTOR_SERVICE_EXISTS', () => addService(EMPTY_HTTP, { ...HTTP, scheduler: 'wlc' }));
});

test('editing a service changes its scheduler and keeps its servers', () => {
  assert.deepEqual(editService(TWO_SERVERS, { ...HTTP, scheduler: 'wlc' }), [{ ...TWO_SERVERS[0], scheduler: 'wlc' }]);
});

test('deleting a service takes its servers with it and leaves the others', () => {
  const table = addService(TWO_SERVERS, { ...DNS, scheduler: 'rr' });
  assert.deepEqual(deleteService(table, HTTP), [{ ...DNS, scheduler: 'rr', servers: [] }]);
});

test('whatever is done to a service that is not there is refused', () => {
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => editService(TWO_SERVERS, { ...DNS, scheduler: 'rr' }));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => deleteService(TWO_SERVERS, DNS));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => addServer(TWO_SERVERS, DNS, server('10.2.0.21')));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => editServer(TWO_SERVERS, DNS, server('10.2.0.21')));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => deleteServer(TWO_SERVERS, DNS, server('10.2.0.21')));
});

test('the server added last heads the list', () => {
  assert.deepEqual(addressesOf(TWO_SERVERS), ['10.2.0.22', '10.2.0.21']);
});

test('an edited server keeps its place', () => {
  const table = editServer(TWO_SERVERS, HTTP, server('10.2.0.21', { weight: 7 }));
  assert.deepEqual(addressesOf(table), ['10.2.0.22', '10.2.0.21']);
  assert.deepEqual(
    table[0]?.servers.map(({ weight }) => weight),
    [1, 7],
  );
});

test('deleting a server leaves the others', () => {
  assert.deepEqual(addressesOf(deleteServer(TWO_SERVERS, HTTP, server('10.2.0.22'))), ['10.2.0.21']);
});

test('a server is known by address and port', () => {
  const table = addServer(TWO_SERVERS, HTTP, server('10.2.0.21', { port: 8080 }));
  assert.equal(addressesOf(table).length, 3);
  refuses('DIRECTOR_SERVER_EXISTS', () => addServer(table, HTTP, server('10.2.0.21', { port: 8080 })));
  refuses('DIRECTOR_NO_SUCH_SERVER', () => editServer(table, HTTP, server('10.2.0.22', { port: 8080 })));
  refuses('DIRECTOR_NO_SUCH_SERVER', () => deleteServer(table, HTTP, server('10.2.0.22', { port: 8080 })));
});

test('servers of VS-DR and VS-TUN get the port of the service, those of VS-NAT keep theirs', () => {
  const ports = (['dr', 'tun', 'nat'] as const).map(
    (method) => addServer(EMPTY_HTTP, HTTP, server('10.2.0.21', { method, port: 8080 }))[0]?.servers[0]?.port,
  );
  assert.deepEqual(ports, [80, 80, 8080]);
});

test('port 0 of a server stands for the port of the service', () => {
  const table = addServer(EMPTY_HTTP, HTTP, server('10.2.0.21', { port: 0 }));
  assert.equal(table[0]?.servers[0]?.port, 80);
  assert.deepEqual(addressesOf(deleteServer(table, HTTP, { address: ipv4('10.2.0.21'), port: 0 })), []);
});

test('an address that is not one host cannot be a server', () => {
  for (const address of ['0.0.0.0', '224.0.0.1', '239.255.255.255', '255.255.255.255']) {
    refuses('DIRECTOR_SERVER_NOT_UNICAST', () => addServer(EMPTY_HTTP, HTTP, server(address)));
  }
  for (const address of ['127.0.0.1', '223.255.255.255', '240.0.0.1']) {
    assert.deepEqual(addressesOf(addServer(EMPTY_HTTP, HTTP, server(address))), [address]);
  }
});

test('a lower threshold above the upper one is refused', () => {
  const reversed = server('10.2.0.21', { upperThreshold: 10, lowerThreshold: 11 });
  refuses('DIRECTOR_THRESHOLDS_REVERSED', () => addServer(EMPTY_HTTP, HTTP, reversed));
  refuses('DIRECTOR_THRESHOLDS_REVERSED', () => editServer(TWO_SERVERS, HTTP, reversed));
});

test('a scheduler of IPVS that the data plane lacks is told from one that does not exist', () => {
  assert.equal(requireScheduler('rr', ['rr', 'wrr']), 'rr');
  refuses('DIRECTOR_SCHEDULER_UNAVAILABLE', () => requireScheduler('mh', ['rr', 'wrr']));
  refuses('DIRECTOR_UNKNOWN_SCHEDULER', () => requireScheduler('nosuch', ['rr', 'wrr']));
  assert.throws(() => requireScheduler('mh', ['rr', 'wrr']), { remedy: 'Choose one of rr, wrr.' });
});
