// Which configured server a connection of another director leads to, as ip_vs_find_dest() of Linux 6.1 finds it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfiguredServers } from '../../src/dataplane/configured-servers.ts';
import type { SharedConnection } from '../../src/dataplane/mod.ts';
import type { InstalledService } from '../../src/dataplane/tables.ts';
import type { Endpoint, ServiceKey } from '../../src/director/mod.ts';
import type { IpAddress } from '../../src/model/mod.ts';

const VIP = '10.1.0.100' as IpAddress;

function at(address: string, port: number): Endpoint {
  return { address: address as IpAddress, port };
}

/** Its servers have the indices 10 × id and following. */
function service(id: number, key: ServiceKey, ...servers: readonly Endpoint[]): InstalledService {
  return {
    entry: { ...key, servers } as unknown as InstalledService['entry'],
    raw: { id } as InstalledService['raw'],
    serverIds: servers.map((_, index) => 10 * id + index),
  };
}

function connection(change: Partial<SharedConnection>): SharedConnection {
  return {
    protocol: 6,
    isTemplate: false,
    isInactive: false,
    method: 'nat',
    state: 1,
    timeoutS: 900,
    mark: 0,
    client: at('10.9.0.1', 40000),
    virtual: at(VIP, 80),
    server: at('10.2.0.1', 8080),
    ...change,
  };
}

const SERVERS = new ConfiguredServers([
  service(1, { protocol: 'tcp', address: VIP, port: 80 }, at('10.2.0.1', 8080), at('10.2.0.2', 8080)),
  service(2, { protocol: 'tcp', address: VIP, port: 21 }, at('10.2.0.3', 21)),
  service(3, { protocol: 'udp', address: VIP, port: 0 }, at('10.2.0.4', 0)),
  service(4, { mark: 42, family: 'inet' }, at('10.2.0.5', 0), at('10.2.0.1', 8080)),
  service(5, { mark: 42, family: 'inet6' }, at('fd00::5', 0)),
]);

test('a server is found by its service, address and port', () => {
  assert.deepEqual(SERVERS.find(connection({})), { service: 1, server: 10 });
  assert.deepEqual(SERVERS.find(connection({ server: at('10.2.0.2', 8080) })), { service: 1, server: 11 });
});

test('one that is not configured is not found', () => {
  assert.equal(SERVERS.find(connection({ server: at('10.2.0.9', 8080) })), undefined);
  assert.equal(SERVERS.find(connection({ server: at('10.2.0.1', 81) })), undefined);
  assert.equal(SERVERS.find(connection({ virtual: at(VIP, 81) })), undefined);
  assert.equal(SERVERS.find(connection({ protocol: 132 })), undefined);
});

test('a firewall mark goes before the address, where it has a service', () => {
  assert.deepEqual(SERVERS.find(connection({ mark: 42 })), { service: 4, server: 41 });
  assert.deepEqual(SERVERS.find(connection({ mark: 41 })), { service: 1, server: 10 });
  const inet6 = { client: at('fd00::9', 40000), virtual: at('fd00::100', 80), server: at('fd00::5', 80) };
  assert.deepEqual(SERVERS.find(connection({ mark: 42, ...inet6 })), { service: 5, server: 50 });
});

test('a mark without a service is none, where a template has nothing else', () => {
  const template = { isTemplate: true, protocol: 0, virtual: at('0.0.0.42', 0), server: at('10.2.0.5', 0) };
  assert.deepEqual(SERVERS.find(connection({ ...template, mark: 42 })), { service: 4, server: 40 });
  assert.equal(SERVERS.find(connection({ ...template, mark: 41 })), undefined);
});

test("a service of any port, and FTP's for its data connections, have connections of other ports", () => {
  const dns = { protocol: 17, virtual: at(VIP, 53), server: at('10.2.0.4', 53) };
  assert.deepEqual(SERVERS.find(connection(dns)), { service: 3, server: 30 });
  const passive = (port: number) => connection({ virtual: at(VIP, port), server: at('10.2.0.3', 21) });
  assert.deepEqual(SERVERS.find(passive(20)), { service: 2, server: 20 });
  assert.deepEqual(SERVERS.find(passive(1024)), { service: 2, server: 20 });
  assert.equal(SERVERS.find(passive(1023)), undefined);
});

test('a template without a port leads to the server at its address', () => {
  const template = { virtual: at(VIP, 21), server: at('10.2.0.3', 0) };
  assert.deepEqual(SERVERS.find(connection({ ...template, isTemplate: true })), { service: 2, server: 20 });
  assert.equal(SERVERS.find(connection(template)), undefined);
});

test('services by mark tell their marks', () => {
  assert.deepEqual(
    [1, 4, 5, 99].map((id) => SERVERS.markOf(id)),
    [0, 42, 42, 0],
  );
});
