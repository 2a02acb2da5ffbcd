import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISTRIBUTION_KERNEL } from '../../src/director/mod.ts';
import { machineBatch, switchBatch } from '../../src/lab/batches.ts';
import { findLink, findMachine } from '../../src/lab/lookup.ts';
import { type LabPlan, namespacesOf, planLab } from '../../src/lab/plan.ts';
import type { LabOptions } from '../../src/lab/settings.ts';
import { wireSettings, wiresOf } from '../../src/lab/wires.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { type PaperVariant, paperCluster } from './paper-cluster.ts';

function planned(options: Partial<LabOptions> = {}, variant: PaperVariant = {}): LabPlan {
  return planLab(paperCluster(variant), { name: 'vs-dr', ...options }, DISTRIBUTION_KERNEL);
}

function batchOf(plan: LabPlan, machine: string) {
  return machineBatch(plan, findMachine(plan, machine));
}

test('a lab has a namespace for each machine and one for the switch', () => {
  assert.deepEqual(namespacesOf(planned()), [
    'vs-dr-director',
    'vs-dr-client',
    'vs-dr-realserver1',
    'vs-dr-realserver2',
    'vs-dr-switch',
  ]);
});

test("a NIC's MAC is made from its address, and its cable ends at the bridge of its network", () => {
  const link = findLink(planned(), 'realserver1:eth0');
  assert.equal(link.mac, '02:00:c0:a8:01:0b');
  assert.equal(link.bridge, 'lan1');
});

test('the switch holds a bridge for each network and a cable for each NIC', () => {
  const { ip } = switchBatch(planned({ mtu: 1400 }));
  assert.deepEqual(ip.slice(0, 2), [
    'link add lan1 mtu 1400 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
    'link set lan1 up',
  ]);
  assert.deepEqual(ip.slice(4, 6), [
    'link add port1 mtu 1400 type veth peer name eth1 netns vs-dr-director mtu 1400 address 02:00:c0:a8:02:01',
    'link set port1 alias director:eth1 master lan2 up',
  ]);
  assert.equal(ip.filter((line) => line.includes('veth')).length, 6);
});

test('a machine gets its addresses, then its plan, with the congestion control on every route', () => {
  assert.deepEqual(batchOf(planned(), 'realserver1').ip, [
    'link set lo up',
    'link set eth0 up',
    'addr add 192.168.1.11/24 brd + dev eth0',
    'route replace 192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.11 congctl cubic',
    'route replace local 192.168.1.11 dev eth0 table local proto kernel scope host src 192.168.1.11 congctl cubic',
    'addr replace 192.168.1.110/32 dev lo label lo:0',
    'route replace default via 192.168.1.254 dev eth0 congctl cubic',
  ]);
});

test("what a namespace inherits from the host is reset before the machine's own sysctls", () => {
  const { sysctls } = batchOf(planned(), 'realserver1');
  for (const [inherited, planned] of [
    ['net.ipv4.conf.all.arp_ignore = 0', 'net.ipv4.conf.all.arp_ignore = 1'],
    ['net.ipv4.conf.all.arp_announce = 0', 'net.ipv4.conf.all.arp_announce = 2'],
  ] as const) {
    assert.ok(sysctls.includes(inherited));
    assert.ok(sysctls.indexOf(inherited) < sysctls.indexOf(planned));
  }
});

test("services and decapsulators are left to the director's data plane", () => {
  const plan = planLab(
    paperCluster({ method: 'tun' }),
    { name: 'tun' },
    { decapsulator: 'lvskit', dummyDevices: false },
  );
  for (const machine of plan.machines) {
    assert.ok(!machineBatch(plan, machine).ip.some((line) => /decap|ipvsadm|undefined/.test(line)));
  }
});

test('links are neither limited nor without offloads unless asked', () => {
  const { tc, offloadsOff } = batchOf(planned(), 'director');
  assert.deepEqual([tc, offloadsOff], [[], []]);
});

test('a rate puts a wire behind every port, with a bucket at each end', () => {
  const plan = planned({ rate: '100mbit' });
  const { ip, tc } = switchBatch(plan);
  const bucket = 'root tbf rate 100000000bit burst 25000b latency 80ms overhead 24';
  assert.deepEqual(tc.slice(0, 2), [`qdisc add dev near1 ${bucket}`, `qdisc add dev far1 ${bucket}`]);
  assert.equal(tc.length, 12);
  assert.ok(ip.includes('link set port1 alias director:eth1 master joint1 up'));
  assert.ok(ip.includes('link set far1 alias director:eth1 master lan2 up'));
  assert.deepEqual(batchOf(plan, 'director').tc, []);
  assert.ok(batchOf(plan, 'director').ip.includes('link set eth1 gso_max_segs 1 up'));
});

test('the data plane is told what the buckets of a wire hold', () => {
  const [wire] = wiresOf(planned({ rate: '100mbit' })).map(wireSettings);
  const expected = { bytesPerSecond: 12_500_000, creditNs: 2_000_000, queueNs: 50_000_000 };
  assert.deepEqual(wire, { ends: ['near1', 'far1'], ...expected });
  assert.deepEqual(wiresOf(planned()), []);
});

test('a slow rate still lets frames of the MTU pass', () => {
  const [line] = switchBatch(planned({ rate: '64kbit', mtu: 1500 })).tc;
  assert.match(line ?? '', / burst 3076b /);
});

test('without offload both ends of every cable lose it', () => {
  const plan = planned({ offload: false });
  assert.deepEqual(batchOf(plan, 'client').offloadsOff, ['eth0', 'eth1']);
  assert.equal(switchBatch(plan).offloadsOff.length, 6);
});

test('realservers are added before the lab is planned', () => {
  const plan = planned({ realservers: 64 });
  assert.equal(plan.machines.length, 66);
  assert.equal(plan.cluster.services[0]?.servers.length, 64);
  assert.ok(plan.links.every((link) => link.port.length <= 15));
});

test('a machine is found by role name or hostname, a link with colon or dot', () => {
  const plan = planned();
  assert.equal(findMachine(plan, 'sneezy').namespace, 'vs-dr-realserver1');
  assert.equal(findLink(plan, 'director.eth1'), findLink(plan, 'director:eth1'));
});

test('an unknown machine or link is answered with those that there are', () => {
  assert.throws(() => findMachine(planned(), 'grumpy'), {
    code: 'LAB_MACHINE_UNKNOWN',
    remedy: 'its machines are: director, client, realserver1, realserver2',
  });
  assert.throws(() => findLink(planned(), 'director:eth7'), {
    code: 'LAB_LINK_UNKNOWN',
    remedy: /director:eth1, director:eth0, client:eth0/,
  });
});

test('a NIC that several networks share has all their addresses, each with its routes', () => {
  const cluster = paperCluster();
  const alias = { address: '192.168.3.11' as Ipv4, prefixLength: 24 };
  const machines = cluster.machines.map((machine) =>
    machine.name === 'realserver1'
      ? { ...machine, nics: machine.nics.map((nic) => ({ ...nic, aliases: [alias] })) }
      : machine,
  );
  const plan = planLab({ ...cluster, machines }, { name: 'vs-dr' }, DISTRIBUTION_KERNEL);
  assert.deepEqual(
    batchOf(plan, 'realserver1').ip.filter((line) => line.includes('192.168.3.')),
    [
      'addr add 192.168.3.11/24 brd + dev eth0',
      'route replace 192.168.3.0/24 dev eth0 proto kernel scope link src 192.168.3.11 congctl cubic',
      'route replace local 192.168.3.11 dev eth0 table local proto kernel scope host src 192.168.3.11 congctl cubic',
    ],
  );
  assert.equal(plan.links.length, planned().links.length);
});

test('a single link can have a rate of its own; a link that is not there has none', () => {
  const plan = planned({ rate: '100mbit', linkRates: { 'realserver1:eth0': '10mbit' } });
  const rateOf = (link: string) => {
    const end = findLink(plan, link).port.replace('port', 'near');
    return switchBatch(plan)
      .tc.find((line) => line.startsWith(`qdisc add dev ${end} `))
      ?.match(/rate (\S+)/)?.[1];
  };
  assert.equal(rateOf('realserver1:eth0'), '10000000bit');
  assert.equal(rateOf('realserver2:eth0'), '100000000bit');
  const alone = planned({ linkRates: { 'realserver1:eth0': '10mbit' } });
  assert.deepEqual(
    wiresOf(alone).map(({ link }) => link.machine),
    ['realserver1'],
  );
  assert.ok(batchOf(alone, 'realserver2').ip.includes('link set eth0 up'));
  assert.throws(() => planned({ linkRates: { 'realserver9:eth0': '10mbit' } }), { code: 'LAB_LINK_UNKNOWN' });
  assert.throws(() => planned({ linkRates: { 'realserver1:eth0': 'fast' } }), { code: 'LAB_RATE_INVALID' });
});
