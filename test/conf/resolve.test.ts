// Raw → Cluster for good confs: every topology of the paper, machine by machine.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cluster, Machine, Nic, Route } from '../../src/model/mod.ts';
import { type ConfValues, ONE_NIC, PAPER_CONFS, PAPER_HOSTS, resolveChanged, VS_NAT } from './paper.ts';

function machine(cluster: Cluster, name: string): Machine {
  const found = cluster.machines.find((each) => each.name === name);
  assert.ok(found, `no machine ${name}`);
  return found;
}

/** `eth0 192.168.1.9/24 lan1` */
function formatNic(nic: Nic): string {
  return `${nic.device} ${nic.address}/${nic.prefixLength} ${nic.network}`;
}

/** As `ip route` writes them. */
function formatRoute({ destination, via, device, source }: Route): string {
  const to = destination === 'default' ? destination : `${destination.base}/${destination.prefixLength}`;
  return `${to} via ${via} dev ${device}${source === undefined ? '' : ` src ${source}`}`;
}

function nicsOf(cluster: Cluster, name: string): string[] {
  return machine(cluster, name).nics.map(formatNic);
}

function routesOf(cluster: Cluster, name: string): string[] {
  return machine(cluster, name).routes.map(formatRoute);
}

const VIP_ROUTE = '192.168.1.110/32 via 192.168.2.1 dev eth0 src 192.168.2.254';
const REALSERVERS_ROUTE = '192.168.1.0/24 via 192.168.2.1 dev eth0';

describe('the paper', () => {
  test('prints eleven conf blocks', () => {
    assert.equal(PAPER_CONFS.size, 11);
  });

  for (const [title, changes] of PAPER_CONFS) {
    test(`conf block ${title} resolves against the paper's hosts file`, () => {
      const cluster = resolveChanged(changes);
      assert.deepEqual(
        cluster.machines.map(({ name, hostname, role }) => `${name} ${hostname} ${role}`),
        [
          'director happy director',
          'client client client',
          'realserver1 sneezy realserver',
          'realserver2 bashfull realserver',
        ],
      );
      assert.equal(cluster.services.length, 2);
    });
  }
});

describe('VS-DR with two NICs', () => {
  const cluster = resolveChanged();

  test('has the VIP, the networks in order of address, and where it came from', () => {
    assert.deepEqual(cluster.source, { confFile: 'vs.conf', hostsFile: 'hosts' });
    assert.equal(cluster.method, 'dr');
    assert.equal(cluster.forwardingEnabled, true);
    assert.deepEqual(cluster.vip, { name: 'lvs', address: '192.168.1.110' });
    assert.deepEqual(cluster.networks, [
      { name: 'lan1', subnet: { base: '192.168.1.0', prefixLength: 24 } },
      { name: 'lan2', subnet: { base: '192.168.2.0', prefixLength: 24 } },
    ]);
  });

  test('plugs the director into both networks, holding the VIP on the outer NIC', () => {
    assert.deepEqual(machine(cluster, 'director'), {
      name: 'director',
      hostname: 'happy',
      role: 'director',
      nics: [
        { device: 'eth1', address: '192.168.2.1', prefixLength: 24, network: 'lan2', hostName: 'director' },
        { device: 'eth0', address: '192.168.1.9', prefixLength: 24, network: 'lan1', hostName: 'director-inside' },
      ],
      routes: [{ destination: 'default', via: '192.168.2.254', device: 'eth1' }],
      vip: { kind: 'arping', device: 'eth1', label: 'eth1:110', prefixLength: 32 },
      forwardsPackets: true,
      acceptsLocalSource: false,
    });
  });

  test('makes the client the router, which reaches the VIP by the director and not by its NIC in the VIP network', () => {
    assert.deepEqual(machine(cluster, 'client'), {
      name: 'client',
      hostname: 'client',
      role: 'client',
      nics: [
        { device: 'eth0', address: '192.168.2.254', prefixLength: 24, network: 'lan2', hostName: 'client2' },
        { device: 'eth1', address: '192.168.1.254', prefixLength: 24, network: 'lan1', hostName: 'client' },
      ],
      routes: [
        {
          destination: { base: '192.168.1.110', prefixLength: 32 },
          via: '192.168.2.1',
          device: 'eth0',
          source: '192.168.2.254',
        },
      ],
      vip: undefined,
      forwardsPackets: true,
      acceptsLocalSource: false,
    });
  });

  test('has realservers hold the VIP silently and reply by the client', () => {
    assert.deepEqual(machine(cluster, 'realserver1'), {
      name: 'realserver1',
      hostname: 'sneezy',
      role: 'realserver',
      nics: [{ device: 'eth0', address: '192.168.1.11', prefixLength: 24, network: 'lan1', hostName: 'realserver1' }],
      routes: [{ destination: 'default', via: '192.168.1.254', device: 'eth0' }],
      vip: { kind: 'silent', device: 'lo', label: 'lo:0' },
      forwardsPackets: false,
      acceptsLocalSource: false,
    });
  });

  test('gives each service its servers at the same port, with weight 1 and the method of LVS_TYPE', () => {
    const [telnet, netpipe] = cluster.services;
    assert.deepEqual(telnet, {
      protocol: 'tcp',
      address: '192.168.1.110',
      port: 23,
      scheduler: 'rr',
      servers: [
        { address: '192.168.1.11', port: 23, method: 'dr', weight: 1 },
        { address: '192.168.1.12', port: 23, method: 'dr', weight: 1 },
      ],
    });
    assert.equal(netpipe?.port, 5002);
    assert.deepEqual(
      netpipe?.servers.map((server) => server.address),
      ['192.168.1.11'],
    );
  });
});

describe('the other topologies', () => {
  test('VS-DR with one NIC is one network with one NIC a machine and no route to the VIP', () => {
    const cluster = resolveChanged(ONE_NIC);
    assert.equal(cluster.networks.length, 1);
    assert.deepEqual(nicsOf(cluster, 'director'), ['eth0 192.168.1.9/24 lan1']);
    assert.deepEqual(nicsOf(cluster, 'client'), ['eth0 192.168.1.254/24 lan1']);
    assert.deepEqual(routesOf(cluster, 'director'), ['default via 192.168.1.254 dev eth0']);
    assert.deepEqual(routesOf(cluster, 'client'), []);
  });

  test('VS-NAT leaves the client one NIC, in the network of the VIP, and the realservers no VIP', () => {
    const cluster = resolveChanged(VS_NAT);
    assert.equal(cluster.method, 'nat');
    assert.deepEqual(nicsOf(cluster, 'client'), ['eth0 192.168.2.254/24 lan2']);
    assert.deepEqual(routesOf(cluster, 'client'), [REALSERVERS_ROUTE]);
    assert.deepEqual(routesOf(cluster, 'realserver1'), ['default via 192.168.1.9 dev eth0']);
    assert.equal(machine(cluster, 'realserver1').vip, undefined);
    assert.equal(machine(cluster, 'director').acceptsLocalSource, false);
  });

  test('VS-NAT does not use a SERVER_VIP_DEVICE that is there', () => {
    const cluster = resolveChanged({ ...VS_NAT, SERVER_VIP_DEVICE: 'lo:0' });
    assert.deepEqual(cluster.machines, resolveChanged(VS_NAT).machines);
  });

  test('VS-NAT with the VIP among the realservers has the client reach it by their network', () => {
    const cluster = resolveChanged({ ...VS_NAT, VIP: 'eth1:110 lvs 255.255.255.255 lvs' });
    assert.deepEqual(routesOf(cluster, 'client'), [REALSERVERS_ROUTE]);
  });

  test('VS-TUN has realservers hold the VIP on tunl0', () => {
    const cluster = resolveChanged({ LVS_TYPE: 'VS_TUN', SERVER_VIP_DEVICE: 'tunl0' });
    assert.equal(cluster.method, 'tun');
    assert.deepEqual(machine(cluster, 'realserver1').vip, { kind: 'silent', device: 'tunl0', label: undefined });
  });

  test('martian VS-DR sends replies through the director, which accepts packets from its own VIP', () => {
    const cluster = resolveChanged({ SERVER_DEFAULT_GW: 'director-inside' });
    assert.equal(machine(cluster, 'director').acceptsLocalSource, true);
    assert.deepEqual(routesOf(cluster, 'realserver1'), ['default via 192.168.1.9 dev eth0']);
    assert.deepEqual(nicsOf(cluster, 'client'), ['eth0 192.168.2.254/24 lan2']);
    assert.deepEqual(routesOf(cluster, 'client'), [REALSERVERS_ROUTE]);
  });

  test('TP on realservers holds the VIP on no device of theirs', () => {
    const cluster = resolveChanged({ SERVER_VIP_DEVICE: 'TP' });
    assert.deepEqual(machine(cluster, 'realserver1').vip, { kind: 'transparent-proxy' });
  });

  test('TP on the director keeps its outer NIC, and the client routes the VIP to its address', () => {
    const cluster = resolveChanged({ VIP: 'TP lvs 255.255.255.255 lvs' });
    assert.deepEqual(machine(cluster, 'director').vip, { kind: 'transparent-proxy' });
    assert.deepEqual(nicsOf(cluster, 'director'), ['eth1 192.168.2.1/24 lan2', 'eth0 192.168.1.9/24 lan1']);
    assert.deepEqual(routesOf(cluster, 'client'), [VIP_ROUTE]);
  });

  test('TP on a director with one NIC needs the route to the VIP on the shared network, too', () => {
    const cluster = resolveChanged({ VIP: 'TP lvs 255.255.255.255 lvs', DIRECTOR_DEFAULT_GW: 'client' });
    assert.deepEqual(nicsOf(cluster, 'director'), ['eth0 192.168.1.9/24 lan1']);
    assert.deepEqual(routesOf(cluster, 'client'), ['192.168.1.110/32 via 192.168.1.9 dev eth0 src 192.168.1.254']);
  });

  test('TP on a director whose inside NIC is eth1 calls the outer one eth0', () => {
    const cluster = resolveChanged({
      VIP: 'TP lvs 255.255.255.255 lvs',
      DIRECTOR_INSIDEIP: 'eth1 director-inside 192.168.1.0 255.255.255.0 192.168.1.255',
    });
    assert.deepEqual(nicsOf(cluster, 'director'), ['eth0 192.168.2.1/24 lan2', 'eth1 192.168.1.9/24 lan1']);
  });
});

describe('names and networks', () => {
  test('INITIAL_STATE off sets everything up without forwarding', () => {
    assert.equal(resolveChanged({ INITIAL_STATE: 'off' }).forwardingEnabled, false);
  });

  test('addresses, own names and names with a domain stand for the same hosts', () => {
    const changes: ConfValues = {
      VIP: 'eth1:110 192.168.1.110 255.255.255.255 lvs.mack.net',
      DIRECTOR_INSIDEIP: 'eth0 happy 192.168.1.0 255.255.255.0 192.168.1.255',
      DIRECTOR_DEFAULT_GW: '192.168.2.254',
      SERVICE: ['t 23 rr sneezy 192.168.1.12', 't 5002 rr realserver1'],
      SERVER_DEFAULT_GW: 'CLIENT.mack.net',
    };
    const { vip, ...cluster } = resolveChanged(changes);
    const { vip: paperVip, ...paperCluster } = resolveChanged();
    assert.deepEqual(cluster, paperCluster);
    assert.equal(vip.address, paperVip.address);
  });

  test('a gateway without a role in the hosts file is the client', () => {
    const hosts = PAPER_HOSTS.replace('client2.mack.net client2', 'grumpy');
    const cluster = resolveChanged({ DIRECTOR_DEFAULT_GW: 'grumpy' }, hosts);
    assert.deepEqual(nicsOf(cluster, 'client'), ['eth0 192.168.2.254/24 lan2', 'eth1 192.168.1.254/24 lan1']);
    assert.equal(machine(cluster, 'client').hostname, 'grumpy');
  });

  test('a realserver without a name of its own goes by its role', () => {
    const hosts = PAPER_HOSTS.replace('sneezy.mack.net sneezy realserver1', 'realserver1');
    assert.equal(machine(resolveChanged({}, hosts), 'realserver1').hostname, 'realserver1');
  });

  test('two lines with one address are one host', () => {
    const hosts = PAPER_HOSTS.replace('sneezy.mack.net sneezy realserver1', 'sneezy\n192.168.1.11 realserver1');
    assert.equal(machine(resolveChanged({}, hosts), 'realserver1').hostname, 'sneezy');
  });

  test("a VIP netmask wider than one address is the outer network's", () => {
    const hosts = PAPER_HOSTS.replaceAll('192.168.2.', '10.1.2.');
    const cluster = resolveChanged({ ...VS_NAT, VIP: 'eth1:110 lvs2 255.255.0.0 10.1.255.255' }, hosts);
    assert.deepEqual(cluster.networks, [
      { name: 'lan1', subnet: { base: '10.1.0.0', prefixLength: 16 } },
      { name: 'lan2', subnet: { base: '192.168.1.0', prefixLength: 24 } },
    ]);
    assert.deepEqual(nicsOf(cluster, 'client'), ['eth0 10.1.2.254/16 lan1']);
  });

  test('realservers come in the order in which services name them', () => {
    const cluster = resolveChanged({ SERVICE: ['t http wlc realserver2', 'u domain lc realserver1 realserver2'] });
    assert.deepEqual(
      cluster.machines.map(({ name }) => name),
      ['director', 'client', 'realserver2', 'realserver1'],
    );
    assert.deepEqual(
      cluster.services.map(({ protocol, port, scheduler }) => `${protocol} ${port} ${scheduler}`),
      ['tcp 80 wlc', 'udp 53 lc'],
    );
  });
});
