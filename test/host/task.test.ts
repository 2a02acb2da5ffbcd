import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISTRIBUTION_KERNEL, planHost } from '../../src/director/mod.ts';
import { formatTask, isSameThing, type Task, tasksOf } from '../../src/host/task.ts';
import { ip, machineOf, paperCluster } from '../lab/paper-cluster.ts';

function tasksFor(name: string): readonly Task[] {
  const cluster = paperCluster();
  return tasksOf(planHost(machineOf(cluster, name), cluster, DISTRIBUTION_KERNEL), cluster);
}

test('a realserver has the steps of its plan and no more', () => {
  const cluster = paperCluster();
  const { steps } = planHost(machineOf(cluster, 'realserver1'), cluster, DISTRIBUTION_KERNEL);
  assert.deepEqual(tasksFor('realserver1'), steps);
});

test('a director loads the data plane after its other steps, then puts in each service whole, in the order of the conf', () => {
  const tasks = tasksFor('director');
  const place = tasks.findIndex(({ kind }) => kind === 'data-plane');
  assert.equal(tasks[place - 1]?.kind, 'route');
  const services = tasks.slice(place + 1).flatMap((task) => (task.kind === 'virtual-service' ? [task] : []));
  assert.deepEqual(
    services.map(({ entry, commands }) => [entry.servers.length, commands]),
    [
      [
        2,
        [
          'lvskit ipvsadm -A -t 192.168.1.110:23 -s rr',
          'lvskit ipvsadm -a -t 192.168.1.110:23 -r 192.168.1.11:23 -g -w 1',
          'lvskit ipvsadm -a -t 192.168.1.110:23 -r 192.168.1.12:23 -g -w 1',
        ],
      ],
      [
        1,
        [
          'lvskit ipvsadm -A -t 192.168.1.110:5002 -s rr',
          'lvskit ipvsadm -a -t 192.168.1.110:5002 -r 192.168.1.11:5002 -g -w 1',
        ],
      ],
    ],
  );
});

test('a director of a cluster without services loads nothing', () => {
  const cluster = { ...paperCluster(), services: [] };
  const tasks = tasksOf(planHost(machineOf(cluster, 'director'), cluster, DISTRIBUTION_KERNEL), cluster);
  assert.ok(!tasks.some(({ kind }) => kind === 'data-plane' || kind === 'virtual-service'));
});

test('every task of a host is another thing, and the same thing as itself', () => {
  const tasks = tasksFor('director');
  for (const [index, task] of tasks.entries()) {
    assert.deepEqual(
      tasks.flatMap((other, place) => (isSameThing(task, other) ? [place] : [])),
      [index],
    );
  }
});

test('a thing is the same when only its value differs', () => {
  const sysctl = (value: string): Task => ({ kind: 'sysctl', key: 'net.ipv4.ip_forward', value });
  assert.ok(isSameThing(sysctl('0'), sysctl('1')));
  const route = (via: string): Task => ({
    kind: 'route',
    route: { destination: 'default', via: ip(via), device: 'eth0' },
  });
  assert.ok(isSameThing(route('10.0.0.1'), route('10.0.0.2')));
  const [service] = tasksFor('director').filter(({ kind }) => kind === 'virtual-service');
  assert.ok(service?.kind === 'virtual-service');
  assert.ok(isSameThing(service, { ...service, entry: { ...service.entry, servers: [] } }));
});

test('an address is another thing on another device or with another prefix', () => {
  const address = (device: string, prefixLength: number): Task => ({
    kind: 'address',
    address: ip('10.0.0.1'),
    prefixLength,
    device,
  });
  assert.ok(!isSameThing(address('lo', 32), address('tunl0', 32)));
  assert.ok(!isSameThing(address('lo', 32), address('lo', 24)));
});

test('what has no command is a comment', () => {
  assert.deepEqual(formatTask({ kind: 'data-plane' }), ['# the data plane, on every NIC']);
  assert.deepEqual(formatTask({ kind: 'link-up', device: 'tunl0' }), ['ip link set tunl0 up']);
});
