import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISTRIBUTION_KERNEL, type HostPlanOptions, planHost } from '../../src/director/plan.ts';
import { formatStep } from '../../src/director/plan-format.ts';
import type { VipHolding } from '../../src/model/mod.ts';
import { machineOf, type PaperVariant, paperCluster } from '../lab/paper-cluster.ts';

const SMALL_KERNEL: HostPlanOptions = { decapsulator: 'lvskit', dummyDevices: false };

function commandsFor(name: string, variant: PaperVariant = {}, kernel = DISTRIBUTION_KERNEL): string[] {
  const cluster = paperCluster(variant);
  return planHost(machineOf(cluster, name), cluster, kernel).steps.map(formatStep);
}

test('the director of VS-DR forwards, holds the VIP under its label, and gets every service', () => {
  assert.deepEqual(commandsFor('director'), [
    'sysctl -w net.ipv4.ip_forward=1',
    'sysctl -w net.ipv4.conf.all.rp_filter=0',
    'sysctl -w net.ipv4.conf.default.rp_filter=0',
    'sysctl -w net.ipv4.conf.eth1.rp_filter=0',
    'sysctl -w net.ipv4.conf.eth0.rp_filter=0',
    'sysctl -w net.ipv4.conf.all.send_redirects=0',
    'sysctl -w net.ipv4.conf.eth1.send_redirects=0',
    'sysctl -w net.ipv4.conf.eth0.send_redirects=0',
    'ip addr replace 192.168.1.110/32 dev eth1 label eth1:110',
    'ip route replace default via 192.168.2.254 dev eth1',
    'lvskit ipvsadm -A -t 192.168.1.110:23 -s rr',
    'lvskit ipvsadm -a -t 192.168.1.110:23 -r 192.168.1.11:23 -g -w 1',
    'lvskit ipvsadm -a -t 192.168.1.110:23 -r 192.168.1.12:23 -g -w 1',
    'lvskit ipvsadm -A -t 192.168.1.110:5002 -s rr',
    'lvskit ipvsadm -a -t 192.168.1.110:5002 -r 192.168.1.11:5002 -g -w 1',
  ]);
});

test('a realserver of VS-DR holds the VIP on lo and keeps silent about it', () => {
  assert.deepEqual(commandsFor('realserver1').slice(3), [
    'sysctl -w net.ipv4.conf.all.arp_ignore=1',
    'sysctl -w net.ipv4.conf.all.arp_announce=2',
    'ip addr replace 192.168.1.110/32 dev lo label lo:0',
    'ip route replace default via 192.168.1.254 dev eth0',
  ]);
});

test('ARP is quieted before the VIP is there to be asked for', () => {
  const commands = commandsFor('realserver1');
  const lastSysctl = commands.findLastIndex((command) => command.startsWith('sysctl'));
  assert.ok(lastSysctl < commands.findIndex((command) => command.includes('192.168.1.110/32')));
});

test('a realserver of VS-NAT holds no VIP and replies through the director', () => {
  const commands = commandsFor('realserver1', { method: 'nat' });
  assert.equal(commands.at(-1), 'ip route replace default via 192.168.1.9 dev eth0');
  assert.ok(!commands.some((command) => /192\.168\.1\.110|arp_/.test(command)));
  assert.ok(commandsFor('director', { method: 'nat' }).some((command) => command.endsWith('-m -w 1')));
});

test('a realserver of VS-TUN unpacks with tunl0 where the kernel has it', () => {
  const commands = commandsFor('realserver1', { method: 'tun' });
  assert.deepEqual(commands.slice(0, 3), [
    'modprobe ipip',
    'ip link set tunl0 up',
    'sysctl -w net.ipv4.conf.tunl0.rp_filter=0',
  ]);
  assert.ok(commands.includes('ip addr replace 192.168.1.110/32 dev tunl0'));
});

test("a realserver of VS-TUN without tunl0 unpacks with lvskit's program and holds the VIP on lo", () => {
  const commands = commandsFor('realserver1', { method: 'tun' }, SMALL_KERNEL);
  assert.equal(commands[0], 'lvskit decap attach eth0 --vip 192.168.1.110');
  assert.ok(commands.includes('ip addr replace 192.168.1.110/32 dev lo label lo:tunl0'));
  assert.ok(!commands.some((command) => command.includes('ipip')));
});

test('a VIP on dummy0 makes the device, or goes to lo on a kernel without dummy devices', () => {
  const realserverVip: VipHolding = { kind: 'silent', device: 'dummy0', label: undefined };
  const made = commandsFor('realserver1', { realserverVip });
  assert.deepEqual(made.slice(0, 2), ['ip link add dummy0 type dummy', 'ip link set dummy0 up']);
  assert.ok(made.includes('ip addr replace 192.168.1.110/32 dev dummy0'));
  const replaced = commandsFor('realserver1', { realserverVip }, SMALL_KERNEL);
  assert.ok(replaced.includes('ip addr replace 192.168.1.110/32 dev lo label lo:dummy0'));
});

test('a machine that accepts by transparent proxy has the VIP on no device and answers no ARP for it', () => {
  const holding: VipHolding = { kind: 'transparent-proxy' };
  const variant = { directorVip: holding, realserverVip: holding };
  for (const name of ['director', 'realserver2']) {
    const commands = commandsFor(name, variant);
    assert.ok(commands.includes('ip route replace local 192.168.1.110/32 dev lo'), name);
    assert.ok(commands.includes('sysctl -w net.ipv4.conf.all.arp_ignore=1'), name);
    assert.ok(!commands.some((command) => command.startsWith('ip addr')), name);
  }
});

test('only the martian director lets its own VIP come in from outside', () => {
  const acceptLocal = 'sysctl -w net.ipv4.conf.all.accept_local=1';
  assert.ok(commandsFor('director', { martian: true }).includes(acceptLocal));
  assert.ok(!commandsFor('director').includes(acceptLocal));
  assert.equal(
    commandsFor('realserver1', { martian: true }).at(-1),
    'ip route replace default via 192.168.1.9 dev eth0',
  );
});

test('with forwarding off the director has every service and server, and forwards nothing', () => {
  const on = commandsFor('director');
  const off = commandsFor('director', { forwardingEnabled: false });
  assert.equal(off[0], 'sysctl -w net.ipv4.ip_forward=0');
  assert.deepEqual(
    off.slice(1),
    on.slice(1).map((command) => command.replace(/-w 1$/, '-w 0')),
  );
});

test('a machine that need not forward is not told to stop forwarding', () => {
  assert.ok(!commandsFor('realserver1').some((command) => command.includes('ip_forward')));
});

test("a dot in a device's name becomes a slash in its sysctls", () => {
  const cluster = paperCluster();
  const realserver = machineOf(cluster, 'realserver1');
  const onVlan = { ...realserver, nics: realserver.nics.map((nic) => ({ ...nic, device: 'eth0.5' })) };
  const commands = planHost(onVlan, cluster, DISTRIBUTION_KERNEL).steps.map(formatStep);
  assert.ok(commands.includes('sysctl -w net.ipv4.conf.eth0/5.rp_filter=0'));
});
