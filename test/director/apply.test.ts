import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceTableOf } from '../../src/director/apply.ts';
import { paperCluster } from '../lab/paper-cluster.ts';

test("the services are the conf's, newest first as if added one after the other", () => {
  assert.deepEqual(
    serviceTableOf(paperCluster()).map(({ servers: _, ...settings }) => settings),
    [5002, 23].map((port) => ({
      protocol: 'tcp',
      address: '192.168.1.110',
      port,
      scheduler: 'rr',
      schedulerFlags: [],
      persistence: undefined,
      onePacket: false,
    })),
  );
});

test('the servers of each stand as IPVS puts them, the one added last at the head', () => {
  const [, telnet] = serviceTableOf(paperCluster({ method: 'tun' }));
  assert.deepEqual(telnet?.servers, [
    { address: '192.168.1.12', port: 23, method: 'tun', weight: 1, upperThreshold: 0, lowerThreshold: 0 },
    { address: '192.168.1.11', port: 23, method: 'tun', weight: 1, upperThreshold: 0, lowerThreshold: 0 },
  ]);
});

test('while forwarding is off no server takes connections', () => {
  const weights = serviceTableOf(paperCluster({ forwardingEnabled: false })).flatMap(({ servers }) =>
    servers.map(({ weight }) => weight),
  );
  assert.deepEqual(weights, [0, 0, 0]);
});

test('a cluster without services makes an empty table', () => {
  assert.deepEqual(serviceTableOf({ ...paperCluster(), services: [] }), []);
});

test('FTP is persistent where the director sees half of it, and what is not FTP is not', () => {
  for (const [method, port, persistence] of [
    ['nat', 21, undefined],
    ['dr', 21, { timeoutS: 360, netmask: '255.255.255.255' }],
    ['tun', 21, { timeoutS: 360, netmask: '255.255.255.255' }],
    ['dr', 23, undefined],
  ] as const) {
    const cluster = paperCluster({ method });
    const services = cluster.services.map((service) => ({ ...service, port }));
    assert.deepEqual(serviceTableOf({ ...cluster, services })[0]?.persistence, persistence, `${method} ${port}`);
  }
});
