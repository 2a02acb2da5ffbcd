// One NIC in place of several: no address is lost, and everything that named a NIC names the one that is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareNics } from '../../src/suite/shared-nic.ts';
import { exampleCluster } from '../netns/support/virtual-server.ts';

const cluster = exampleCluster('vs-dr');
const shared = shareNics(cluster);

test('every machine has one NIC on one wire, and keeps all its addresses', () => {
  for (const [index, { name, nics }] of shared.machines.entries()) {
    assert.deepEqual(
      nics.map(({ network }) => network),
      [shared.networks[0]?.name],
      name,
    );
    const addresses = nics.flatMap(({ address, aliases = [] }) => [address, ...aliases.map((alias) => alias.address)]);
    assert.deepEqual(addresses, cluster.machines[index]?.nics.map(({ address }) => address) ?? [], name);
  }
  assert.equal(shared.networks.length, 1);
});

test('routes and a VIP that answers ARP are on the NIC that is left; a silent VIP stays where it was', () => {
  for (const { nics, routes, vip } of shared.machines) {
    assert.ok(routes.every(({ device }) => device === nics[0]?.device));
    if (vip?.kind === 'arping') assert.equal(vip.device, nics[0]?.device);
    if (vip?.kind === 'silent') assert.equal(vip.device, 'lo');
  }
  assert.ok(shared.machines.some(({ vip }) => vip?.kind === 'arping'));
});

test('a cluster whose machines have one NIC each stays as it is', () => {
  assert.deepEqual(
    shareNics(shared).machines.map(({ nics }) => nics[0]?.address),
    shared.machines.map(({ nics }) => nics[0]?.address),
  );
});
