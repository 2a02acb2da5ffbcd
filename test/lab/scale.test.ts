import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scaleClients, scaleRealservers } from '../../src/lab/scale.ts';
import type { Cluster } from '../../src/model/mod.ts';
import { ip, machineOf, paperCluster } from './paper-cluster.ts';

function realserverAddresses(cluster: Cluster): string[] {
  return cluster.machines
    .filter((machine) => machine.role === 'realserver')
    .flatMap((machine) => machine.nics.map((nic) => nic.address));
}

test('the same number of realservers is the same cluster', () => {
  const cluster = paperCluster();
  assert.equal(scaleRealservers(cluster, 2), cluster);
});

test('a further realserver gets the next free address and is otherwise like the last', () => {
  const cluster = paperCluster();
  const added = machineOf(scaleRealservers(cluster, 3), 'realserver3');
  const last = machineOf(cluster, 'realserver2');
  assert.equal(added.hostname, 'realserver3');
  assert.equal(added.nics[0]?.address, '192.168.1.13');
  assert.deepEqual({ vip: added.vip, routes: added.routes }, { vip: last.vip, routes: last.routes });
});

test("a route's source address becomes the new realserver's own", () => {
  const cluster = paperCluster();
  const machines = cluster.machines.map((machine) =>
    machine.name === 'realserver2'
      ? { ...machine, routes: machine.routes.map((route) => ({ ...route, source: ip('192.168.1.12') })) }
      : machine,
  );
  const added = machineOf(scaleRealservers({ ...cluster, machines }, 3), 'realserver3');
  assert.equal(added.routes[0]?.source, '192.168.1.13');
});

test('further realservers join every service as its last server is', () => {
  const { services } = scaleRealservers(paperCluster(), 3);
  assert.deepEqual(
    services.map((service) => service.servers.map((server) => `${server.address}:${server.port}`)),
    [
      ['192.168.1.11:23', '192.168.1.12:23', '192.168.1.13:23'],
      ['192.168.1.11:5002', '192.168.1.13:5002'],
    ],
  );
});

test('with fewer realservers the last ones leave the cluster and its services', () => {
  const scaled = scaleRealservers(paperCluster(), 1);
  assert.deepEqual(realserverAddresses(scaled), ['192.168.1.11']);
  assert.deepEqual(
    scaled.services.map((service) => service.servers.map((server) => server.address)),
    [['192.168.1.11'], ['192.168.1.11']],
  );
});

test('a service may not lose its last server', () => {
  const cluster = paperCluster();
  const services = cluster.services.map((service) => ({ ...service, servers: service.servers.slice(-1) }));
  assert.throws(() => scaleRealservers({ ...cluster, services }, 1), {
    code: 'LAB_SERVICE_EMPTY',
    message: 'with 1 realservers service tcp 192.168.1.110:23 would have none',
  });
});

test('every number of realservers that the network holds has addresses of its own, beside those in use', () => {
  const others = ['192.168.1.9', '192.168.1.110', '192.168.1.254', '192.168.1.0', '192.168.1.255'];
  // 254 host addresses, less director, client and VIP.
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 251 }), (count) => {
      const addresses = realserverAddresses(scaleRealservers(paperCluster(), count));
      assert.equal(new Set(addresses).size, count);
      assert.ok(addresses.every((address) => address.startsWith('192.168.1.') && !others.includes(address)));
    }),
  );
});

test('a full network is an error, and so is a number that is none', () => {
  assert.throws(() => scaleRealservers(paperCluster(), 252), {
    code: 'LAB_NETWORK_FULL',
    message: 'network 192.168.1.0/24 has no free address left for 252 realservers',
  });
  for (const count of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => scaleRealservers(paperCluster(), count), { code: 'LAB_REALSERVERS_INVALID' });
  }
});

test('further clients are like the first, with addresses of their own', () => {
  const cluster = paperCluster();
  const scaled = scaleClients(cluster, 3);
  const clients = scaled.machines.filter(({ role }) => role === 'client');
  assert.deepEqual(
    clients.map(({ name }) => name),
    ['client', 'client2', 'client3'],
  );
  const addresses = scaled.machines.flatMap(({ nics }) => nics.map(({ address }) => address));
  assert.equal(new Set(addresses).size, addresses.length);
  assert.deepEqual(
    clients.map(({ nics }) => nics.map(({ network }) => network)),
    clients.map(() => clients[0]?.nics.map(({ network }) => network)),
  );
  assert.equal(scaleClients(cluster, 1), cluster);
});

for (const count of [0, 1.5, -1]) {
  test(`there is no cluster of ${count} clients`, () => {
    assert.throws(() => scaleClients(paperCluster(), count), { code: 'LAB_CLIENTS_INVALID', exitStatus: 2 });
  });
}
