import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISTRIBUTION_KERNEL, planHost } from '../../src/director/plan.ts';
import { formatHostPlans, formatIpArguments } from '../../src/director/plan-format.ts';
import { networkOf } from '../../src/model/mod.ts';
import { ip, paperCluster } from '../lab/paper-cluster.ts';

test('plans are printed machine by machine under a heading with its NICs', () => {
  const cluster = paperCluster();
  const text = formatHostPlans(
    cluster,
    cluster.machines.map((machine) => planHost(machine, cluster, DISTRIBUTION_KERNEL)),
  );
  const blocks = text.split('\n\n').map((block) => block.split('\n'));
  assert.deepEqual(
    blocks.map((block) => block[0]),
    ['# director (happy)', '# client (client)', '# realserver1 (sneezy)', '# realserver2 (bashfull)'],
  );
  assert.deepEqual(blocks[1]?.slice(1, 3), ['#   eth0 192.168.2.254/24', '#   eth1 192.168.1.254/24']);
});

test('every line of a plan fits on a terminal of 80 columns', () => {
  const cluster = paperCluster();
  const plans = cluster.machines.map((machine) => planHost(machine, cluster, DISTRIBUTION_KERNEL));
  for (const line of formatHostPlans(cluster, plans).split('\n')) assert.ok(line.length <= 80, line);
});

test('a route says its source and its congestion control when it has them', () => {
  const route = { destination: networkOf(ip('10.1.0.0'), 16), via: ip('10.0.0.1'), device: 'eth0' };
  assert.equal(formatIpArguments({ kind: 'route', route }), 'route replace 10.1.0.0/16 via 10.0.0.1 dev eth0');
  assert.equal(
    formatIpArguments({ kind: 'route', route: { ...route, source: ip('10.0.0.9') }, congestionControl: 'cubic' }),
    'route replace 10.1.0.0/16 via 10.0.0.1 dev eth0 src 10.0.0.9 congctl cubic',
  );
});
