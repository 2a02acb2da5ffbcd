// Order, shares and names in the table of `lvskit top`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceStatus } from '../../src/director/mod.ts';
import type { SortOrder } from '../../src/monitor/order.ts';
import { rowsOf } from '../../src/monitor/rows.ts';
import { viewReading } from '../../src/monitor/view.ts';
import { reading, server, service } from './readings.ts';

function namesOf(services: readonly ServiceStatus[], order: SortOrder): readonly string[] {
  return rowsOf(viewReading(undefined, reading(services)), { order, folded: false }).map(({ name }) => name);
}

const bytes = (inBytesPerSecond: number, outBytesPerSecond = 0) => ({ rates: { inBytesPerSecond, outBytesPerSecond } });

test('by address marks come first, then IPv4 and IPv6, then protocols, addresses and ports as numbers', () => {
  const keys = [
    '[2001:db8::10]:80',
    '[2001:db8::9]:80',
    '10.0.0.10:80',
    '10.0.0.9:443',
    '10.0.0.9:80',
    'fwm 3',
    'fwm 2 inet6',
  ];
  const services = [...keys.map((key) => service(key)), service('1.1.1.1:53', { protocol: 'udp' })];
  assert.deepEqual(namesOf(services, 'address'), [
    'FWM 3',
    'FWM 2 IPv6',
    'TCP 10.0.0.9:80',
    'TCP 10.0.0.9:443',
    'TCP 10.0.0.10:80',
    'UDP 1.1.1.1:53',
    'TCP [2001:db8::9]:80',
    'TCP [2001:db8::10]:80',
  ]);
});

test('by traffic the service with the most bytes in both directions comes first, and so its servers', () => {
  const services = [
    service('10.0.0.1:80', {
      ...bytes(10, 10),
      servers: [server('10.1.0.1:80', bytes(4)), server('10.1.0.2:80', bytes(5))],
    }),
    service('10.0.0.2:80', bytes(1, 30)),
  ];
  const expected = ['TCP 10.0.0.2:80', 'TCP 10.0.0.1:80', '10.1.0.2:80', '10.1.0.1:80'];
  assert.deepEqual(namesOf(services, 'traffic'), expected);
});

test('packets, connections per second and active connections sort by what they name', () => {
  const servers = [
    server('10.1.0.1:80', { rates: { inPacketsPerSecond: 3 } }),
    server('10.1.0.2:80', { rates: { connectionsPerSecond: 3 } }),
    server('10.1.0.3:80', { active: 3 }),
  ];
  const firstServer = (order: SortOrder) => namesOf([service('10.0.0.1:80', { servers })], order)[1];
  assert.equal(firstServer('packets'), '10.1.0.1:80');
  assert.equal(firstServer('cps'), '10.1.0.2:80');
  assert.equal(firstServer('active'), '10.1.0.3:80');
});

test('equal ones stand in the order of their addresses, whatever the order of the table', () => {
  const services = ['10.0.0.3:80', '10.0.0.1:80', '10.0.0.2:80'].map((key) => service(key));
  assert.deepEqual(namesOf(services, 'traffic'), ['TCP 10.0.0.1:80', 'TCP 10.0.0.2:80', 'TCP 10.0.0.3:80']);
});

test('a share is that of a service in all and of a server in its service; of nothing there is none', () => {
  const services = [
    service('10.0.0.1:80', {
      ...bytes(30),
      servers: [server('10.1.0.1:80', bytes(20)), server('10.1.0.2:80', bytes(5))],
    }),
    service('10.0.0.2:80', { ...bytes(10), servers: [server('10.1.0.1:80')] }),
  ];
  const rows = rowsOf(viewReading(undefined, reading(services)), { order: 'traffic', folded: false });
  assert.deepEqual(
    rows.map(({ share }) => share),
    [0.75, 0.8, 0.2, 0.25, undefined],
  );
});

test('a service shows its scheduler, a server its forwarding method in the words of ipvsadm', () => {
  const servers = [
    server('10.1.0.1:80', { method: 'nat' }),
    server('10.1.0.2:80', { method: 'dr' }),
    server('10.1.0.3:80', { method: 'tun' }),
  ];
  const services = [service('10.0.0.1:53', { protocol: 'udp', scheduler: 'sh', onePacket: true, servers })];
  const rows = rowsOf(viewReading(undefined, reading(services)), { order: 'address', folded: false });
  assert.deepEqual(
    rows.map(({ how }) => how),
    ['sh ops', 'Masq', 'Route', 'Tunnel'],
  );
});

test('folded, services stand without their servers', () => {
  const services = [service('10.0.0.1:80', { servers: [server('10.1.0.1:80')] }), service('10.0.0.2:80')];
  const rows = rowsOf(viewReading(undefined, reading(services)), { order: 'address', folded: true });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['TCP 10.0.0.1:80', 'TCP 10.0.0.2:80'],
  );
});
