// Several netpipes of one host at the same time, over two NICs and over one that both networks share; and which realserver is
// at work when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureOverlap } from '../../src/analysis/mod.ts';
import type { Cluster, Ipv4 } from '../../src/model/mod.ts';
import { withBusyIntervals } from '../../src/suite/busy-intervals.ts';
import { openNetpipe } from '../../src/suite/netpipe-between.ts';
import { visitTogether } from '../../src/suite/netpipe-together.ts';
import { servicesFor } from '../../src/suite/service-ports.ts';
import { shareNics } from '../../src/suite/shared-nic.ts';
import { bringUpSystem } from '../../src/suite/system-lab.ts';
import { planSystem } from '../../src/suite/systems.ts';
import { takeDownVirtualServer } from '../../src/suite/virtual-server.ts';
import { needing } from './support/programs.ts';
import { withTestbed } from './support/testbeds.ts';
import { exampleCluster } from './support/virtual-server.ts';

const [CLIENT_ADDRESS, REALSERVER_ADDRESS] = ['192.168.2.254', '192.168.1.11'] as [Ipv4, Ipv4];
const RATE_MBPS = 20;

let count = 0;

/** What two streams from the director get alone, and what both get together, Mbit/s. */
async function measureStreams(
  reshape: (cluster: Cluster) => Cluster,
  linkRates: Readonly<Record<string, string>>,
): Promise<{ readonly alone: readonly number[]; readonly together: readonly number[] }> {
  const plan = planSystem(exampleCluster('vs-dr'), 'direct');
  const lab = await bringUpSystem(
    { ...plan, cluster: reshape(plan.cluster) },
    { name: `two${process.pid}-${++count}`, linkRates },
  );
  try {
    const places = [
      { from: 'director', to: 'client', address: CLIENT_ADDRESS, port: 5002 },
      { from: 'director', to: 'realserver1', address: REALSERVER_ADDRESS, port: 5002 },
    ];
    const pairs = await Promise.all(places.map((place) => openNetpipe(lab, place)));
    try {
      const visits = pairs.map((pair) => ({ pair, sizeBytes: 65_536 }));
      const options = { mode: 'stream', seconds: 0.4 } as const;
      const alone: number[] = [];
      for (const visit of visits) alone.push(...(await visitTogether([visit], options)).map(({ mbps }) => mbps));
      const together = await visitTogether(visits, options);
      return { alone, together: together.map(({ mbps }) => mbps) };
    } finally {
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  } finally {
    await takeDownVirtualServer(lab.plan.name);
  }
}

test('two NICs have a link each; one that two networks share has one for both', async () => {
  const rate = `${RATE_MBPS}mbit`;
  const two = await measureStreams((cluster) => cluster, { 'director:eth0': rate, 'director:eth1': rate });
  const one = await measureStreams(shareNics, { 'director:eth1': rate });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  for (const { alone } of [two, one]) {
    for (const mbps of alone) assert.ok(mbps > 0 && mbps <= 1.05 * RATE_MBPS, `${mbps} Mbit/s alone`);
  }
  const [ofTwo, ofOne] = [sum(two.together), sum(one.together)];
  assert.ok(one.together.every((mbps) => mbps > 0) && ofOne <= 1.05 * RATE_MBPS, one.together.join(' and '));
  assert.ok(ofTwo > 1.4 * ofOne, `${ofTwo} over two NICs, ${ofOne} over one`);
  // What the paper's reader was told: each alone on the shared link has all of it.
  assert.ok(sum(one.alone) > 1.4 * ofOne, `${one.alone.join(' and ')} alone, ${ofOne} together`);
});

const HTTP = servicesFor(['http-new']);

test(
  'a client that waits for each reply keeps one realserver at work at a time, each in its turn',
  needing('nginx', 'tcpdump'),
  async () => {
    // Under VS-TUN, whose requests come wrapped.
    await withTestbed({ system: 'tun', measured: HTTP, servers: 'all' }, async (testbed) => {
      const servers = ['realserver1', 'realserver2'];
      for (const server of servers) await testbed.serve(server, HTTP);
      const { result, intervals } = await withBusyIntervals(testbed.lab, { servers, port: 80 }, () =>
        testbed.transfer('http-new', 65_536, 0.3),
      );
      // And one that was not counted.
      assert.ok(Math.abs(intervals.length - result.transfers) <= 1, `${intervals.length} of ${result.transfers}`);
      const { overlap, split } = measureOverlap(servers, intervals);
      assert.ok(overlap < 0.05, `${overlap} of the time both are at work`);
      const [first = 0, second = 0] = servers.map((server) => split.get(server)?.count);
      assert.ok(first > 0 && Math.abs(first - second) <= 1, `${first} and ${second}`);
    });
  },
);
