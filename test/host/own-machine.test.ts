import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostAddress, parseHostAddresses } from '../../src/host/host-addresses.ts';
import { findOwnMachine } from '../../src/host/own-machine.ts';
import type { Cluster } from '../../src/model/mod.ts';
import { ip, type PaperVariant, paperCluster } from '../lab/paper-cluster.ts';

function has(device: string, address: string, isUp = true): HostAddress {
  return { device, address: ip(address), prefixLength: 24, isSecondary: false, isUp };
}

const LOOPBACK = { ...has('lo', '127.0.0.1'), prefixLength: 8 };

function own(addresses: readonly HostAddress[], cluster: Cluster = paperCluster()) {
  return findOwnMachine(cluster, [LOOPBACK, ...addresses]);
}

for (const [name, addresses] of [
  ['client', [has('eth0', '192.168.2.254'), has('eth1', '192.168.1.254')]],
  ['director', [has('eth1', '192.168.2.1'), has('eth0', '192.168.1.9')]],
  ['realserver1', [has('eth0', '192.168.1.11')]],
  ['realserver2', [has('eth0', '192.168.1.12')]],
] as const) {
  test(`a host with the addresses of ${name} is ${name}`, () => {
    const cluster = paperCluster();
    assert.deepEqual(
      own(addresses, cluster),
      cluster.machines.find((machine) => machine.name === name),
    );
  });
}

test('further addresses, and the virtual one, make no difference', () => {
  const addresses = [has('docker0', '172.17.0.1'), has('eth0', '192.168.1.12'), has('eth0', '192.168.1.110')];
  assert.equal(own(addresses).name, 'realserver2');
});

test('a host with no address of the cluster is told its own and those that it would need', () => {
  assert.throws(() => own([has('ens3', '10.0.0.5')]), {
    code: 'HOST_NOT_IN_CLUSTER',
    message: 'this host is no machine of vs-dr.conf: none of its addresses (10.0.0.5) is in hosts',
    remedy: /its machines: director 192\.168\.2\.1, 192\.168\.1\.9; client .*; realserver1 192\.168\.1\.11;/,
  });
});

test('a host without any address is told so', () => {
  assert.throws(() => own([]), {
    code: 'HOST_NOT_IN_CLUSTER',
    message: 'this host is no machine of vs-dr.conf: it has no address',
  });
});

test('a host with addresses of two machines is neither', () => {
  assert.throws(() => own([has('eth0', '192.168.1.9'), has('eth1', '192.168.2.1'), has('eth0', '192.168.1.12')]), {
    code: 'HOST_IS_SEVERAL',
    message: 'this host has addresses of director and realserver2: it can be only one of them',
    remedy: /take the others' addresses off this host, or correct hosts: director/,
  });
});

test('an address of the cluster on lo does not make the host its machine', () => {
  assert.throws(() => own([has('lo', '192.168.1.11')]), { code: 'HOST_NOT_IN_CLUSTER' });
});

test('a director that lacks one of its addresses is told how to add it', () => {
  assert.throws(() => own([has('eth0', '192.168.1.9')]), {
    code: 'HOST_ADDRESS_MISSING',
    message: 'this host is director, but has no NIC with its address 192.168.2.1',
    remedy: 'give it one: ip addr add 192.168.2.1/24 dev eth1',
  });
});

test('a NIC that is down is named', () => {
  assert.throws(() => own([has('ens5', '192.168.1.11', false)]), {
    code: 'HOST_NIC_DOWN',
    message: 'this host is realserver1, but its NIC ens5 is down',
    remedy: 'bring it up: ip link set ens5 up',
  });
});

test("the conf's names of NICs give way to those that hold the addresses, also where they are swapped", () => {
  const director = own([has('eth0', '192.168.2.1'), has('eth1', '192.168.1.9')]);
  assert.deepEqual(
    director.nics.map(({ device, address }) => [device, address]),
    [
      ['eth0', '192.168.2.1'],
      ['eth1', '192.168.1.9'],
    ],
  );
  assert.deepEqual(
    director.routes.map(({ device }) => device),
    ['eth0'],
  );
  assert.deepEqual(director.vip, { kind: 'arping', device: 'eth0', label: 'eth0:110', prefixLength: 32 });
});

test('a label that would be too long with the real name of its NIC is left out', () => {
  const director = own([has('enp0s20f0u1u2', '192.168.2.1'), has('eth0', '192.168.1.9')]);
  assert.deepEqual(director.vip, { kind: 'arping', device: 'enp0s20f0u1u2', label: undefined, prefixLength: 32 });
});

test('a VIP on lo stays there whatever the NICs are called', () => {
  const vip = { kind: 'silent', device: 'lo', label: 'lo:0' } as const;
  assert.deepEqual(own([has('ens3', '192.168.1.11')]).vip, vip);
  const variant: PaperVariant = { realserverVip: { kind: 'transparent-proxy' } };
  assert.deepEqual(own([has('ens3', '192.168.1.11')], paperCluster(variant)).vip, variant.realserverVip);
});

test("iproute2's JSON is read, empty devices of old versions too", () => {
  const json = JSON.stringify([
    {},
    {
      ifname: 'eth0',
      flags: ['BROADCAST', 'UP'],
      addr_info: [
        { family: 'inet', local: '10.0.0.1', prefixlen: 24 },
        { family: 'inet', local: '10.0.0.2', prefixlen: 24, secondary: true },
      ],
    },
    { ifname: 'eth1', flags: ['BROADCAST'], addr_info: [{ family: 'inet', local: '10.1.0.1', prefixlen: 16 }] },
  ]);
  assert.deepEqual(parseHostAddresses(json), [
    { device: 'eth0', address: '10.0.0.1', prefixLength: 24, isSecondary: false, isUp: true },
    { device: 'eth0', address: '10.0.0.2', prefixLength: 24, isSecondary: true, isUp: true },
    { device: 'eth1', address: '10.1.0.1', prefixLength: 16, isSecondary: false, isUp: false },
  ]);
});
