// Changes of the service table, and what they refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addServer,
  addService,
  DirectorError,
  deleteServer,
  deleteService,
  editServer,
  editService,
  requireScheduler,
  type ServerEntry,
  type ServiceKey,
  type ServiceSettings,
  type ServiceTable,
} from '../../src/director/mod.ts';
import { parseIpAddress } from '../../src/model/mod.ts';
import { ipv4, ipv6 } from './ipvsadm/session.ts';

const HTTP: ServiceKey = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 };
const DNS: ServiceKey = { protocol: 'udp', address: ipv4('10.1.0.100'), port: 53 };
const MARK: ServiceKey = { mark: 1, family: 'inet' };
const PLAIN = { schedulerFlags: [], persistence: undefined, onePacket: false } as const;

function settingsOf(key: ServiceKey, settings: Partial<ServiceSettings> = {}): ServiceSettings {
  return { ...PLAIN, scheduler: 'rr', ...settings, ...key };
}

function server(address: string, settings: Partial<ServerEntry> = {}): ServerEntry {
  return {
    address: parseIpAddress(address) ?? ipv4(address),
    port: 80,
    method: 'nat',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...settings,
  };
}

const EMPTY_HTTP = addService([], settingsOf(HTTP));
const TWO_SERVERS = addServer(addServer(EMPTY_HTTP, HTTP, server('10.2.0.21')), HTTP, server('10.2.0.22'));

function addressesOf(table: ServiceTable): string[] {
  return table.flatMap(({ servers }) => servers.map(({ address }) => address));
}

function refuses(code: string, change: () => unknown): void {
  assert.throws(change, (error) => error instanceof DirectorError && error.code === code);
}

test('a new service comes first and has no servers', () => {
  const settings = settingsOf(DNS, { scheduler: 'wrr', onePacket: true });
  assert.deepEqual(addService(TWO_SERVERS, settings), [{ ...settings, servers: [] }, ...TWO_SERVERS]);
});

test('services differ by protocol, address, port, and by mark and its address family', () => {
  const keys: readonly ServiceKey[] = [
    HTTP,
    { ...HTTP, protocol: 'udp' },
    { ...HTTP, protocol: 'sctp' },
    { ...HTTP, port: 0 },
    { ...HTTP, address: ipv6('2001:db8::80') },
    MARK,
    { mark: 1, family: 'inet6' },
    { mark: 2, family: 'inet' },
  ];
  const table = keys.reduce<ServiceTable>((grown, key) => addService(grown, settingsOf(key)), []);
  assert.equal(table.length, keys.length);
  for (const key of keys) refuses('DIRECTOR_SERVICE_EXISTS', () => addService(table, settingsOf(key)));
});

test('a service that is there already is refused', () => {
  refuses('DIRECTOR_SERVICE_EXISTS', () => addService(EMPTY_HTTP, settingsOf(HTTP, { scheduler: 'wlc' })));
});

test('editing a service replaces all of its options and keeps its servers', () => {
  const persistence = { timeoutS: 60, netmask: ipv4('255.255.255.0') };
  const once = editService(TWO_SERVERS, settingsOf(HTTP, { scheduler: 'sh', schedulerFlags: [2], persistence }));
  assert.deepEqual(once, [{ ...TWO_SERVERS[0], scheduler: 'sh', schedulerFlags: [2], persistence }]);
  const twice = editService(once, settingsOf(HTTP, { scheduler: 'wlc' }));
  assert.deepEqual(twice, [{ ...TWO_SERVERS[0], scheduler: 'wlc' }]);
});

test('an IPv6 service tells its clients apart by 1 to 128 bits', () => {
  const key: ServiceKey = { protocol: 'tcp', address: ipv6('2001:db8::80'), port: 80 };
  for (const netmask of [1, 128]) {
    assert.equal(addService([], settingsOf(key, { persistence: { timeoutS: 60, netmask } })).length, 1);
  }
  for (const netmask of [0, 129, ipv4('255.255.255.0')]) {
    const settings = settingsOf(key, { persistence: { timeoutS: 60, netmask } });
    refuses('DIRECTOR_PREFIX_LENGTH_OUT_OF_RANGE', () => addService([], settings));
  }
});

test('deleting a service takes its servers with it and leaves the others', () => {
  const table = addService(TWO_SERVERS, settingsOf(DNS));
  assert.deepEqual(deleteService(table, HTTP), [{ ...settingsOf(DNS), servers: [] }]);
});

test('whatever is done to a service that is not there is refused', () => {
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => editService(TWO_SERVERS, settingsOf(DNS)));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => deleteService(TWO_SERVERS, DNS));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => addServer(TWO_SERVERS, DNS, server('10.2.0.21')));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => editServer(TWO_SERVERS, DNS, server('10.2.0.21')));
  refuses('DIRECTOR_NO_SUCH_SERVICE', () => deleteServer(TWO_SERVERS, DNS, server('10.2.0.21')));
});

test('the server added last heads the list', () => {
  assert.deepEqual(addressesOf(TWO_SERVERS), ['10.2.0.22', '10.2.0.21']);
});

test('an edited server keeps its place', () => {
  const table = editServer(TWO_SERVERS, HTTP, server('10.2.0.21', { weight: 7 }));
  assert.deepEqual(addressesOf(table), ['10.2.0.22', '10.2.0.21']);
  assert.deepEqual(
    table[0]?.servers.map(({ weight }) => weight),
    [1, 7],
  );
});

test('deleting a server leaves the others', () => {
  assert.deepEqual(addressesOf(deleteServer(TWO_SERVERS, HTTP, server('10.2.0.22'))), ['10.2.0.21']);
});

test('a server is known by address and port', () => {
  const table = addServer(TWO_SERVERS, HTTP, server('10.2.0.21', { port: 8080 }));
  assert.equal(addressesOf(table).length, 3);
  refuses('DIRECTOR_SERVER_EXISTS', () => addServer(table, HTTP, server('10.2.0.21', { port: 8080 })));
  refuses('DIRECTOR_NO_SUCH_SERVER', () => editServer(table, HTTP, server('10.2.0.22', { port: 8080 })));
  refuses('DIRECTOR_NO_SUCH_SERVER', () => deleteServer(table, HTTP, server('10.2.0.22', { port: 8080 })));
});

test('servers of VS-DR and VS-TUN get the port of the service, those of VS-NAT keep theirs', () => {
  const ports = (['dr', 'tun', 'nat'] as const).map(
    (method) => addServer(EMPTY_HTTP, HTTP, server('10.2.0.21', { method, port: 8080 }))[0]?.servers[0]?.port,
  );
  assert.deepEqual(ports, [80, 80, 8080]);
});

test('behind a firewall mark every server keeps its port', () => {
  const table = addService([], settingsOf(MARK));
  for (const method of ['dr', 'tun', 'nat'] as const) {
    assert.equal(addServer(table, MARK, server('10.2.0.21', { method, port: 8080 }))[0]?.servers[0]?.port, 8080);
  }
});

test('port 0 of a server of VS-NAT stays: it stands for whatever port a packet came to', () => {
  const table = addServer(EMPTY_HTTP, HTTP, server('10.2.0.21', { port: 0 }));
  assert.equal(table[0]?.servers[0]?.port, 0);
  refuses('DIRECTOR_NO_SUCH_SERVER', () => deleteServer(table, HTTP, { address: ipv4('10.2.0.21'), port: 80 }));
  assert.deepEqual(addressesOf(deleteServer(table, HTTP, { address: ipv4('10.2.0.21'), port: 0 })), []);
});

test('an edited server has the tunnel that is given, or none', () => {
  const tunnelled = server('10.2.0.21', { method: 'tun', tunnel: { type: 'gue', port: 6080, checksum: 'none' } });
  const table = addServer(EMPTY_HTTP, HTTP, tunnelled);
  assert.deepEqual(table[0]?.servers, [tunnelled]);
  const edited = server('10.2.0.21', { method: 'tun', weight: 3 });
  assert.deepEqual(editServer(table, HTTP, edited)[0]?.servers, [edited]);
});

test('a server of the other address family is reached by VS-TUN only', () => {
  for (const method of ['nat', 'dr'] as const) {
    refuses('DIRECTOR_FAMILY_MISMATCH', () => addServer(EMPTY_HTTP, HTTP, server('2001:db8::21', { method })));
  }
  const table = addServer(EMPTY_HTTP, HTTP, server('2001:db8::21', { method: 'tun' }));
  assert.deepEqual(addressesOf(table), ['2001:db8::21']);
  refuses('DIRECTOR_FAMILY_MISMATCH', () => editServer(table, HTTP, server('2001:db8::21')));
  assert.deepEqual(addressesOf(deleteServer(table, HTTP, server('2001:db8::21'))), []);
});

test('an address that is not one host cannot be a server', () => {
  const refused = ['0.0.0.0', '224.0.0.1', '239.255.255.255', '255.255.255.255', '127.255.255.255'];
  const refusedIpv6 = ['::', 'ff02::1', 'ff0e::1', 'fe80::1', 'febf::1', '::ffff:10.2.0.21'];
  for (const address of [...refused, ...refusedIpv6]) {
    const asked = server(address, { method: 'tun' });
    refuses('DIRECTOR_SERVER_NOT_UNICAST', () => addServer(EMPTY_HTTP, HTTP, asked));
  }
  const taken = ['127.0.0.1', '223.255.255.255', '240.0.0.1', '0.0.0.1'];
  for (const address of [...taken, '::1', '::10.2.0.21', 'fec0::1', 'fd00::1']) {
    assert.deepEqual(addressesOf(addServer(EMPTY_HTTP, HTTP, server(address, { method: 'tun' }))), [address]);
  }
});

test('a lower threshold above the upper one is refused', () => {
  const reversed = server('10.2.0.21', { upperThreshold: 10, lowerThreshold: 11 });
  refuses('DIRECTOR_THRESHOLDS_REVERSED', () => addServer(EMPTY_HTTP, HTTP, reversed));
  refuses('DIRECTOR_THRESHOLDS_REVERSED', () => editServer(TWO_SERVERS, HTTP, reversed));
});

test('a server of SCTP under VS-NAT stays at the port of its service', () => {
  const key = { ...HTTP, protocol: 'sctp' } as const;
  const table = EMPTY_HTTP.map((entry) => ({ ...entry, ...key }));
  refuses('DIRECTOR_SCTP_PORT_CHANGED', () => addServer(table, key, server('10.2.0.21', { port: 8080 })));
  assert.deepEqual(addressesOf(addServer(table, key, server('10.2.0.21'))), ['10.2.0.21']);
});

test('a scheduler of IPVS that the data plane lacks is told from one that does not exist', () => {
  assert.equal(requireScheduler('rr', ['rr', 'wrr']), 'rr');
  refuses('DIRECTOR_SCHEDULER_UNAVAILABLE', () => requireScheduler('mh', ['rr', 'wrr']));
  refuses('DIRECTOR_UNKNOWN_SCHEDULER', () => requireScheduler('nosuch', ['rr', 'wrr']));
  assert.throws(() => requireScheduler('mh', ['rr', 'wrr']), { remedy: 'Choose one of rr, wrr.' });
});
