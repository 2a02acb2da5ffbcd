// Which way packets of each system can go is decided by its cluster alone, so it is followed here hop by hop.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCluster } from '../../src/conf/mod.ts';
import { scaleClients, scaleRealservers } from '../../src/lab/mod.ts';
import {
  type Cluster,
  type Ipv4,
  type Machine,
  type Nic,
  networkContains,
  networkOf,
  type Route,
  SYSTEM_NAMES,
  type SystemName,
} from '../../src/model/mod.ts';
import { LINE_PORT, NETPIPE_PORT } from '../../src/suite/service-ports.ts';
import { planSystem } from '../../src/suite/systems.ts';

const CONFS = ['vs-nat', 'vs-dr', 'vs-dr-1nic', 'vs-dr-martian', 'vs-tun', 'vs-dr-tp-both'] as const;

function load(conf: string): Cluster {
  return loadCluster({ confFile: `examples/${conf}.conf`, hostsFile: undefined });
}

function machineOf(cluster: Cluster, name: string): Machine {
  const found = cluster.machines.find((machine) => machine.name === name);
  assert.ok(found, `there is a ${name}`);
  return found;
}

function prefixLengthOf({ destination }: Route): number {
  return destination === 'default' ? 0 : destination.prefixLength;
}

function covers({ destination }: Route, address: Ipv4): boolean {
  return destination === 'default' || networkContains(destination, address);
}

/** The address that a machine hands a packet to: its most specific route's gateway, or the destination itself. */
function nextHop(machine: Machine, destination: Ipv4): Ipv4 | undefined {
  const [route] = machine.routes
    .filter((each) => covers(each, destination))
    .sort((a, b) => prefixLengthOf(b) - prefixLengthOf(a));
  const link = machine.nics.find((nic) => networkContains(networkOf(nic.address, nic.prefixLength), destination));
  if (route !== undefined && (link === undefined || prefixLengthOf(route) > link.prefixLength)) return route.via;
  return link === undefined ? undefined : destination;
}

function ownerOf(cluster: Cluster, address: Ipv4): Machine | undefined {
  return cluster.machines.find(({ nics }) => nics.some((nic) => nic.address === address));
}

/** Names of the machines that a packet passes, without the first; undefined stands for a hop that nobody has. */
function pathOf(cluster: Cluster, from: string, destination: Ipv4): readonly (string | undefined)[] {
  const path: (string | undefined)[] = [];
  let at: Machine | undefined = machineOf(cluster, from);
  while (at !== undefined && ownerOf(cluster, destination) !== at) {
    const hop = nextHop(at, destination);
    at = hop === undefined ? undefined : ownerOf(cluster, hop);
    path.push(at?.name);
  }
  return path;
}

/** The client's address that packets to `target` come from: of the NIC that they leave by. */
function sourceOf(client: Machine, target: Ipv4): Ipv4 {
  const hop = nextHop(client, target);
  const leavesBy = (nic: Nic) => hop !== undefined && networkContains(networkOf(nic.address, nic.prefixLength), hop);
  const found = client.nics.find(leavesBy);
  assert.ok(found, 'the client has a NIC towards its target');
  return found.address;
}

const requestsPass: Readonly<Record<SystemName, boolean>> = {
  direct: false,
  forward: true,
  'forward-oneway': true,
  nat: true,
  dr: true,
  'dr-martian': true,
  tun: true,
  nftables: true,
};
const repliesPass: typeof requestsPass = { ...requestsPass, 'forward-oneway': false, dr: false, tun: false };

for (const conf of CONFS) {
  for (const system of SYSTEM_NAMES) {
    test(`${system} of ${conf}: requests and replies pass the director, or go past it, as the system says`, () => {
      const { cluster, target } = planSystem(load(conf), system);
      const client = machineOf(cluster, 'client');
      const firstHop = ownerOf(cluster, nextHop(client, target) ?? target)?.name;
      assert.equal(firstHop, requestsPass[system] ? 'director' : 'realserver1');
      for (const realserver of ['realserver1', 'realserver2']) {
        const expected = repliesPass[system] ? ['director', 'client'] : ['client'];
        assert.deepEqual(pathOf(cluster, realserver, sourceOf(client, target)), expected);
      }
    });
  }
}

for (const system of ['nat', 'dr', 'dr-martian', 'tun', 'nftables'] as const) {
  test(`${system} balances the line service over two realservers and sends netpipe to the first`, () => {
    const { cluster, target, answeredBy } = planSystem(load('vs-dr'), system);
    assert.equal(target, cluster.vip.address);
    assert.deepEqual(answeredBy, ['realserver1', 'realserver2']);
    const method = { nat: 'nat', dr: 'dr', 'dr-martian': 'dr', tun: 'tun', nftables: 'nat' }[system];
    assert.deepEqual(
      cluster.services.map(({ port, scheduler, servers }) => [port, scheduler, servers.map((each) => each.address)]),
      [
        [LINE_PORT, 'rr', ['192.168.1.11', '192.168.1.12']],
        [NETPIPE_PORT, 'rr', ['192.168.1.11']],
      ],
    );
    assert.ok(cluster.services.every(({ servers }) => servers.every((server) => server.method === method)));
  });
}

for (const system of ['direct', 'forward', 'forward-oneway'] as const) {
  test(`${system} has no service and nobody who holds the VIP: the client asks the first realserver itself`, () => {
    const { cluster, target, answeredBy } = planSystem(load('vs-nat'), system);
    assert.equal(target, '192.168.1.11');
    assert.deepEqual(answeredBy, ['realserver1']);
    assert.deepEqual(cluster.services, []);
    assert.deepEqual(
      cluster.machines.filter((machine) => machine.vip !== undefined),
      [],
    );
  });
}

test('only VS-DR and VS-TUN have the VIP on their realservers, where it stays silent', () => {
  const holdings = SYSTEM_NAMES.map((system) => {
    const { vip } = machineOf(planSystem(load('vs-dr'), system).cluster, 'realserver1');
    return [system, vip?.kind === 'silent' ? vip.device : vip?.kind];
  });
  assert.deepEqual(Object.fromEntries(holdings), {
    direct: undefined,
    forward: undefined,
    'forward-oneway': undefined,
    nat: undefined,
    dr: 'lo',
    'dr-martian': 'lo',
    tun: 'tunl0',
    nftables: undefined,
  });
});

test('only the director of martian VS-DR lets packets from its own VIP come in', () => {
  const accepting = SYSTEM_NAMES.filter(
    (system) => machineOf(planSystem(load('vs-dr'), system).cluster, 'director').acceptsLocalSource,
  );
  assert.deepEqual(accepting, ['dr-martian']);
});

for (const directorAccepts of ['vip', 'tp'] as const) {
  for (const realserversAccept of ['vip', 'anyip', 'tproxy', 'redirect'] as const) {
    test(`VS-DR with the director's ${directorAccepts} and the realservers' ${realserversAccept}: who holds the VIP, and how`, () => {
      const { cluster, shape } = planSystem(load('vs-dr'), 'dr', { directorAccepts, realserversAccept });
      const holding = (name: string) => machineOf(cluster, name).vip?.kind;
      assert.equal(holding('director'), { vip: 'arping', tp: 'transparent-proxy' }[directorAccepts]);
      // Rules of netfilter make the last two accept it, and no address or route of the plan.
      const expected = { vip: 'silent', anyip: 'transparent-proxy', tproxy: undefined, redirect: undefined };
      assert.equal(holding('realserver1'), expected[realserversAccept]);
      assert.deepEqual([shape.directorAccepts, shape.realserversAccept], [directorAccepts, realserversAccept]);
    });
  }
}

test('transparent proxy is refused where there is no VS-DR, and TPROXY for daemons that cannot listen so', () => {
  const refused = { code: 'COMPARE_IMPOSSIBLE' };
  for (const system of SYSTEM_NAMES.filter((name) => name !== 'dr' && name !== 'dr-martian')) {
    assert.throws(() => planSystem(load('vs-dr'), system, { realserversAccept: 'anyip' }), refused);
    assert.throws(() => planSystem(load('vs-dr'), system, { directorAccepts: 'tp' }), refused);
  }
  const measured = [{ protocol: 'tcp', port: 80 }] as const;
  assert.throws(() => planSystem(load('vs-dr'), 'dr', { realserversAccept: 'tproxy', measured }), refused);
  planSystem(load('vs-dr'), 'dr', { realserversAccept: 'redirect', measured });
});

test('every system of a conf has the same machines on the same networks', () => {
  const shapes = SYSTEM_NAMES.map((system) => {
    const { machines, networks } = planSystem(load('vs-nat'), system).cluster;
    return JSON.stringify([networks, machines.map(({ name, hostname, nics }) => [name, hostname, nics])]);
  });
  assert.equal(new Set(shapes).size, 1);
});

test('where the conf has no client among the realservers, it gets an address there that nobody has', () => {
  const base = load('vs-nat');
  const before = base.machines.flatMap(({ nics }) => nics.map((nic) => nic.address));
  const { cluster } = planSystem(base, 'dr');
  const added = machineOf(cluster, 'client').nics.filter((nic) => !before.includes(nic.address));
  assert.deepEqual(
    added.map(({ device, address, network }) => [device, address, network]),
    [['eth1', '192.168.1.254', 'lan1']],
  );
});

for (const system of ['nat', 'dr', 'forward'] as const) {
  test(`${system} with many: each client has its way there and back, and what is measured is on all realservers`, () => {
    const base = scaleClients(scaleRealservers(load('vs-nat'), 3), 4);
    const measured = [{ protocol: 'tcp', port: 80 }] as const;
    const { cluster, targets, answeredBy } = planSystem(base, system, { measured, servers: 'all' });
    const clients = cluster.machines.filter(({ role }) => role === 'client');
    const servers = cluster.machines.filter(({ role }) => role === 'realserver');
    const serverAddresses = servers.map(({ nics }) => nics[0]?.address);
    if (system === 'forward') {
      // Without a balancer they are shared out.
      assert.deepEqual(
        targets,
        [0, 1, 2, 0].map((index) => serverAddresses[index]),
      );
      assert.deepEqual(cluster.services, []);
    } else {
      assert.deepEqual(new Set(targets), new Set([cluster.vip.address]));
      assert.deepEqual(answeredBy, ['realserver1', 'realserver2', 'realserver3']);
      const web = cluster.services.find(({ port }) => port === 80);
      assert.deepEqual(
        web?.servers.map(({ address }) => address),
        serverAddresses,
      );
    }
    for (const [index, client] of clients.entries()) {
      const [outside] = client.nics;
      assert.ok(
        client.routes.some(({ destination }) => destination !== 'default' && destination.base === targets[index]),
      );
      for (const { routes } of servers) {
        const back = routes.filter(
          ({ destination }) => destination !== 'default' && destination.base === outside?.address,
        );
        assert.equal(back.length, 1, `${client.name} has one way back`);
      }
    }
    const addresses = cluster.machines.flatMap(({ nics }) => nics.map(({ address }) => address));
    assert.equal(new Set(addresses).size, addresses.length);
  });
}

test('a conf with one realserver cannot be compared, and the error says what to do', () => {
  const base = load('vs-dr');
  const machines = base.machines.filter(({ name }) => name !== 'realserver2');
  assert.throws(() => planSystem({ ...base, machines }, 'dr'), {
    code: 'COMPARE_IMPOSSIBLE',
    exitStatus: 2,
    message: /1 realserver/,
    remedy: /two realservers/,
  });
});
