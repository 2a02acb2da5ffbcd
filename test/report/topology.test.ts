import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster, Ipv4 } from '../../src/model/mod.ts';
import { drawTopology } from '../../src/report/mod.ts';
import { traceFlows } from '../../src/report/topology-flows.ts';
import { layOutTopology } from '../../src/report/topology-layout.ts';
import { paperCluster } from '../fixtures/run/paper-cluster.ts';
import { assertGolden } from './golden.ts';

/** The ways of request and reply in a line: `client>director>realserver1, realserver1>client`. */
function ways(cluster: Cluster): string {
  const legs = traceFlows(cluster);
  const way = (kind: 'request' | 'reply') => {
    const own = legs.filter((leg) => leg.kind === kind);
    return [own[0]?.from, ...own.map(({ to }) => to)].join('>');
  };
  return `${way('request')}, ${way('reply')}`;
}

/** All on the realservers' network: the paper's figure with one NIC each. */
function oneNetwork(): Cluster {
  const cluster = paperCluster('dr');
  const machines = cluster.machines.map((machine) => ({
    ...machine,
    nics: machine.nics.filter(({ network }) => network === 'lan1'),
    vip: machine.vip?.kind === 'arping' ? { ...machine.vip, device: 'eth0', label: 'eth0:110' } : machine.vip,
  }));
  return { ...cluster, networks: cluster.networks.slice(0, 1), machines };
}

/** The director is the realservers' default gateway. */
function martian(): Cluster {
  const cluster = paperCluster('dr');
  const machines = cluster.machines.map((machine) => ({
    ...machine,
    routes:
      machine.role === 'realserver'
        ? machine.routes.map((route) => ({ ...route, via: '192.168.1.9' as Ipv4 }))
        : machine.routes,
  }));
  return { ...cluster, machines };
}

test('the picture of the VS-DR cluster is as it was', () => {
  assertGolden('topology.svg', drawTopology(paperCluster('dr')));
});

test('replies go straight to the client under VS-DR and VS-TUN, and back through the director under VS-NAT', () => {
  assert.equal(ways(paperCluster('dr')), 'client>director>realserver1, realserver1>client');
  assert.equal(ways(paperCluster('tun')), 'client>director>realserver1, realserver1>client');
  assert.equal(ways(paperCluster('nat')), 'client>director>realserver1, realserver1>director>client');
});

test('martian VS-DR passes the director in both directions', () => {
  assert.equal(ways(martian()), 'client>director>realserver1, realserver1>director>client');
});

test('one network carries all legs', () => {
  assert.deepEqual(
    traceFlows(oneNetwork()).map(({ network }) => network),
    ['lan1', 'lan1', 'lan1'],
  );
});

test('a cluster whose forwarding is off has no way to draw', () => {
  const off = { ...paperCluster('dr'), forwardingEnabled: false };
  assert.deepEqual(traceFlows(off), []);
  assert.match(drawTopology(off), /forwarding is off/);
});

test('it says where the VIP is and whether it answers ARP', () => {
  const svg = drawTopology(paperCluster('dr', 1));
  assert.match(svg, /on eth1:110, answers ARP/);
  assert.match(svg, /on lo:0, silent/);
  const cluster = paperCluster('dr', 1);
  const transparent = cluster.machines.map((machine) =>
    machine.role === 'realserver' ? { ...machine, vip: { kind: 'transparent-proxy' } as const } : machine,
  );
  assert.match(drawTopology({ ...cluster, machines: transparent }), /on no device: transparent proxy/);
});

test('up to four realservers stand side by side; of more, two do and the rest are a stack', () => {
  const titles = (count: number) =>
    layOutTopology(paperCluster('dr', count))
      .boxes.filter(({ machine }) => machine.role === 'realserver')
      .map(({ title }) => title);
  assert.deepEqual(titles(4), ['realserver1', 'realserver2', 'realserver3', 'realserver4']);
  assert.deepEqual(titles(64), ['realserver1', 'realserver2', 'realserver3 … realserver64']);
});

for (const [name, cluster] of [
  ['VS-NAT', paperCluster('nat', 1)],
  ['VS-DR with four realservers', paperCluster('dr', 4)],
  ['VS-TUN with 64 realservers', paperCluster('tun', 64)],
  ['one network', oneNetwork()],
] as const) {
  test(`no boxes overlap and all is within the picture: ${name}`, () => {
    const { boxes, buses, width, height } = layOutTopology(cluster);
    boxes.forEach((box, index) => {
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, box.title);
      for (const other of boxes.slice(index + 1)) {
        const apart =
          box.x + box.width <= other.x ||
          other.x + other.width <= box.x ||
          box.y + box.height <= other.y ||
          other.y + other.height <= box.y;
        assert.ok(apart, `${box.title} overlaps ${other.title}`);
      }
    });
    for (const { label, fromX, toX } of buses) assert.ok(fromX < toX && toX < width, label);
  });
}

test('names are text, whatever they hold', () => {
  const cluster = paperCluster('dr', 1);
  const machines = cluster.machines.map((machine) => ({ ...machine, hostname: '<script>&"' }));
  const svg = drawTopology({ ...cluster, machines });
  assert.match(svg, /&lt;script&gt;&amp;&quot;/);
  assert.doesNotMatch(svg, /<script>/);
});
