// What is known of the kernel's ways without asking a kernel: routes as text, what a sysctl drags along, what an address
// takes with it, changes of the service table.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServiceTable, serviceTableOf } from '../../src/director/mod.ts';
import { dependantsOf } from '../../src/host/addresses.ts';
import { parseDevices } from '../../src/host/device-names.ts';
import type { HostAddress } from '../../src/host/host-addresses.ts';
import { leadsAsWanted, parseRoutes } from '../../src/host/routes.ts';
import { isSameEntry, putService, takeService } from '../../src/host/services.ts';
import { sideEffects } from '../../src/host/sysctls.ts';
import type { TaskOf } from '../../src/host/task.ts';
import { ip, paperCluster } from '../lab/paper-cluster.ts';

const GATEWAY = '10.0.0.254';

function defaultRoute(source?: string): TaskOf<'route'> {
  const route = { destination: 'default', via: ip(GATEWAY), device: 'eth0' } as const;
  return { kind: 'route', route: source === undefined ? route : { ...route, source: ip(source) } };
}

test('of the routes to a destination those of another metric or TOS are left out', () => {
  const text = [
    'unicast default via 10.0.0.1 dev eth0 proto static scope global ',
    'unicast default via 10.0.0.1 dev eth0 proto dhcp scope global metric 100 ',
    'unicast default tos 0x10 via 10.0.0.1 dev eth0 proto boot scope global ',
    '',
  ].join('\n');
  assert.deepEqual(parseRoutes(text), ['unicast default via 10.0.0.1 dev eth0 proto static scope global']);
});

test('words about the state of a route are left out, and several next hops come in one line', () => {
  assert.deepEqual(parseRoutes('unicast default via 10.0.0.1 dev eth0 proto boot scope global dead linkdown \n'), [
    'unicast default via 10.0.0.1 dev eth0 proto boot scope global',
  ]);
  const multipath =
    'unicast default proto boot scope global \\\tnexthop via 10.0.0.1 dev eth0 weight 1 \\\tnexthop via 10.0.0.2 dev eth0 weight 1 \n';
  assert.deepEqual(parseRoutes(multipath), [
    'unicast default proto boot scope global nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.0.0.2 dev eth0 weight 1',
  ]);
});

test('a route leads as wanted by gateway and device, and by source where one is wanted', () => {
  const line = `unicast default via ${GATEWAY} dev eth0 proto dhcp scope global src 10.0.0.5`;
  assert.ok(leadsAsWanted(line, defaultRoute()));
  assert.ok(leadsAsWanted(line, defaultRoute('10.0.0.5')));
  assert.ok(!leadsAsWanted(line, defaultRoute('10.0.0.6')));
  assert.ok(!leadsAsWanted(line.replace('eth0', 'eth1'), defaultRoute()));
  assert.ok(!leadsAsWanted(line.replace(GATEWAY, '10.0.0.1'), defaultRoute()));
});

test('one of several next hops does not lead as wanted', () => {
  assert.ok(!leadsAsWanted(`unicast default nexthop via ${GATEWAY} dev eth0 weight 1`, defaultRoute()));
});

test('the local route is one to lo of type local', () => {
  const task: TaskOf<'local-route'> = { kind: 'local-route', address: ip('10.0.0.9') };
  assert.ok(leadsAsWanted('local 10.0.0.9 dev lo proto boot scope host', task));
  assert.ok(!leadsAsWanted('local 10.0.0.9 dev eth0 proto kernel scope host src 10.0.0.9', task));
});

test('devices are those of /proc/net/dev, whatever their names', () => {
  const text =
    'Inter-|   Receive                |  Transmit\n face |bytes    packets errs |bytes packets\n' +
    '    lo:       0       0    0\neth0.5: 12345678 1 0\n  a:b: 1 2 3\n';
  assert.deepEqual(parseDevices(text), ['lo', 'eth0.5', 'a:b']);
});

test('forwarding drags the forwarding of all devices along, and the opposite for redirects', () => {
  assert.deepEqual(sideEffects('net.ipv4.ip_forward', '1', ['lo', 'eth0.5']), [
    ['net.ipv4.conf.all.accept_redirects', '0'],
    ['net.ipv4.conf.default.forwarding', '1'],
    ['net.ipv4.conf.lo.forwarding', '1'],
    ['net.ipv4.conf.eth0/5.forwarding', '1'],
  ]);
});

test('a default drags the devices along, any other key nothing', () => {
  assert.deepEqual(sideEffects('net.ipv4.conf.default.rp_filter', '0', ['eth0']), [
    ['net.ipv4.conf.eth0.rp_filter', '0'],
  ]);
  assert.deepEqual(sideEffects('net.ipv4.conf.all.rp_filter', '0', ['eth0']), []);
  assert.deepEqual(sideEffects('net.ipv4.conf.eth0.rp_filter', '0', ['eth0']), []);
});

test('a primary address takes the secondary ones of its network with it', () => {
  const on = (address: string, isSecondary: boolean, prefixLength = 24, device = 'eth0'): HostAddress => ({
    device,
    address: ip(address),
    prefixLength,
    isSecondary,
    isUp: true,
  });
  const primary = on('10.0.0.9', false);
  const dependant = on('10.0.0.10', true);
  const present = [
    primary,
    dependant,
    on('10.0.0.11', false, 32),
    on('10.0.1.1', true),
    on('10.0.0.12', true, 24, 'eth1'),
  ];
  assert.deepEqual(dependantsOf(primary, present), [dependant]);
  assert.deepEqual(dependantsOf(dependant, present), []);
});

const [NETPIPE, TELNET] = serviceTableOf(paperCluster()) as [ServiceTable[number], ServiceTable[number]];
const [BASHFULL, SNEEZY] = TELNET.servers;

test('a service is put in front of those that there are, or at the place that it has', () => {
  assert.deepEqual(putService([NETPIPE], TELNET), [TELNET, NETPIPE]);
  const edited = { ...NETPIPE, servers: [] };
  assert.deepEqual(putService([TELNET, edited], NETPIPE), [TELNET, NETPIPE]);
});

test('a service that was not there before goes, whatever weights it has got', () => {
  const drained = { ...TELNET, servers: TELNET.servers.map((server) => ({ ...server, weight: 0 })) };
  assert.deepEqual(takeService([NETPIPE, drained], TELNET, undefined), { table: [NETPIPE], left: undefined });
});

test("somebody else's servers stay, and the service with them", () => {
  assert.ok(SNEEZY !== undefined && BASHFULL !== undefined);
  const foreign = { ...SNEEZY, address: ip('192.168.1.77') };
  const present = { ...TELNET, servers: [foreign, ...TELNET.servers] };
  assert.deepEqual(takeService([present], TELNET, undefined), {
    table: [{ ...TELNET, servers: [foreign] }],
    left: 'service tcp 192.168.1.110:23 stays: it has other servers by now, 192.168.1.77:23',
  });
});

test('a service that was there before becomes what it was, unless it has been edited', () => {
  const before = { ...TELNET, scheduler: 'wrr' } as const;
  assert.deepEqual(takeService([TELNET], TELNET, before), { table: [before], left: undefined });
  assert.deepEqual(takeService([before], TELNET, before), { table: [before], left: undefined });
  const edited = { ...TELNET, servers: [] };
  assert.deepEqual(takeService([edited], TELNET, before), {
    table: [edited],
    left: 'service tcp 192.168.1.110:23 has been edited since',
  });
});

test('a service that has gone needs no undoing', () => {
  assert.deepEqual(takeService([NETPIPE], TELNET, undefined), { table: [NETPIPE], left: undefined });
});

test('entries are the same through JSON, and differ by a weight', () => {
  assert.ok(isSameEntry(TELNET, JSON.parse(JSON.stringify(TELNET))));
  assert.ok(!isSameEntry(TELNET, { ...TELNET, servers: TELNET.servers.map((one) => ({ ...one, weight: 2 })) }));
});
