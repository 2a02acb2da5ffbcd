// Listings and saved tables, to the letter as the real ipvsadm printed them.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Connection, Counters, Endpoint, Rates, ServiceKey } from '../../../src/director/mod.ts';
import { type ForwardingMethod, parseIpAddress } from '../../../src/model/mod.ts';
import type { Activity } from '../memory-data-plane.ts';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { readFixture } from './fixtures.ts';
import { ipv4, restored, run } from './session.ts';

const HTTP = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 } as const;
const HTTPS = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 443 } as const;
const DNS = { protocol: 'udp', address: ipv4('10.1.0.100'), port: 53 } as const;
const MARK = { mark: 1, family: 'inet' } as const;

type FiveNumbers = readonly [number, number, number, number, number];

function counters([connections, inPackets, outPackets, inBytes, outBytes]: FiveNumbers): Counters {
  return { connections, inPackets, outPackets, inBytes, outBytes };
}

function rates([connections, inPackets, outPackets, inBytes, outBytes]: FiveNumbers): Rates {
  return {
    connectionsPerSecond: connections,
    inPacketsPerSecond: inPackets,
    outPacketsPerSecond: outPackets,
    inBytesPerSecond: inBytes,
    outBytesPerSecond: outBytes,
  };
}

function connections(activeConnections: number, inactiveConnections: number, persistentConnections = 0) {
  return { activeConnections, inactiveConnections, persistentConnections };
}

function activity(
  counted: FiveNumbers,
  rated: FiveNumbers,
  connected: Partial<Activity> = {},
): Pick<Activity, 'counters' | 'rates'> & Partial<Activity> {
  return { counters: counters(counted), rates: rates(rated), ...connected };
}

/** The recorded configuration with the counts that the real director had. */
async function recordedDirector(): Promise<MemoryDataPlane> {
  const plane = await restored(readFixture('config.txt'));
  const set = (service: ServiceKey, port: number, last: number | undefined, happened: Partial<Activity>): void => {
    const server: Endpoint | undefined = last === undefined ? undefined : { address: ipv4(`10.2.0.${last}`), port };
    plane.setActivity(service, server, happened);
  };
  set(HTTP, 80, undefined, activity([4, 16, 11, 867, 619], [0, 1, 1, 51, 37]));
  set(HTTP, 80, 21, activity([1, 3, 2, 164, 115], [0.1, 0.4, 0.2, 9, 6], connections(1, 0)));
  set(HTTP, 80, 22, activity([3, 13, 9, 703, 504], [0, 0.9, 0.6, 43, 31], connections(2, 1)));
  set(HTTPS, 443, undefined, activity([6, 30, 21, 1617, 1167], [0, 2, 1, 114, 82]));
  set(HTTPS, 443, 21, activity([2, 10, 7, 539, 389], [0, 1, 0, 38, 27], connections(1, 1, 1)));
  set(HTTPS, 443, 22, activity([4, 20, 14, 1078, 778], [0, 1, 1, 76, 55], connections(2, 2, 2)));
  set(DNS, 53, undefined, activity([3, 3, 3, 93, 93], [0, 0, 0, 8, 8]));
  set(DNS, 53, 21, activity([1, 1, 1, 31, 31], [0, 0, 0, 3, 3], connections(0, 1)));
  set(DNS, 53, 22, activity([2, 2, 2, 62, 62], [0, 0, 0, 5, 5], connections(0, 2)));
  set(MARK, 0, undefined, activity([1, 3, 0, 164, 0], [0, 0, 0, 15, 0]));
  set(MARK, 0, 23, activity([1, 3, 0, 164, 0], [0, 0, 0, 15, 0], connections(1, 0, 1)));
  return plane;
}

let plane: MemoryDataPlane;

before(async () => {
  plane = await recordedDirector();
});

const LISTINGS: readonly (readonly [command: string, fixture: string])[] = [
  ['-Ln', 'Ln'],
  ['-Ln --exact', 'Ln'],
  ['-Ln --stats', 'Ln--stats'],
  ['-Ln --stats --exact', 'Ln--stats'],
  ['-Ln --rate', 'Ln--rate'],
  ['-Ln --rate --exact', 'Ln--rate'],
  ['-Ln --thresholds', 'Ln--thresholds'],
  ['-Ln --persistent-conn', 'Ln--persistent-conn'],
  ['-Ln --tun-info', 'Ln--tun-info'],
  ['-Ln -t 10.1.0.100:80', 'Ln-t'],
  ['-Ln -f 1', 'Ln-f'],
  ['-Ln -u 10.1.0.100:53 --stats', 'Ln-u--stats'],
  ['-Sn', 'Sn'],
];

for (const [command, fixture] of LISTINGS) {
  test(`ipvsadm ${command} prints what the real one prints`, async () => {
    const { output, status } = await run(command, plane);
    assert.equal(output, readFixture(`tables/${fixture}.txt`));
    assert.equal(status, 0);
  });
}

test('an empty table is listed and saved as by the real one', async () => {
  for (const command of ['Ln', 'Lnc', 'Sn']) {
    const { output } = await run(`-${command}`);
    assert.equal(output, readFixture(`tables/empty-${command}.txt`));
  }
});

test('a server of VS-DR is listed with the port of the service, a weight of 70000 in full', async () => {
  const changed = await recordedDirector();
  await run('-a -t 10.1.0.100:80 -r 10.2.0.24:80 -m -w 70000', changed);
  await run('-a -t 10.1.0.100:80 -r 10.2.0.25:8080 -g', changed);
  assert.equal((await run('-Ln -t 10.1.0.100:80', changed)).output, readFixture('tables/ok-dr-other-port-Ln.txt'));

  await run('-Z', changed);
  assert.equal((await run('-Ln --stats', changed)).output, readFixture('tables/zero-Ln--stats.txt'));
  await run('-D -t 10.1.0.100:443', changed);
  assert.equal((await run('-Ln', changed)).output, readFixture('tables/delete-Ln.txt'));
});

test('-Z of one service leaves the counters of the others', async () => {
  const changed = await recordedDirector();
  await run('-Z -t 10.1.0.100:80', changed);
  const { output } = await run('-Ln -u 10.1.0.100:53 --stats', changed);
  assert.equal(output, readFixture('tables/Ln-u--stats.txt'));
  assert.match(
    (await run('-Ln -t 10.1.0.100:80 --stats', changed)).output,
    /^TCP {2}10\.1\.0\.100:80 {15}( {8}0){5}$/m,
  );
});

test('--nosort shows the service and the server added last first', async () => {
  const { output } = await run('-Ln --nosort', plane);
  const lines = output.split('\n').slice(3);
  assert.deepEqual(
    lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(' ').filter((word) => word !== '')[1]),
    ['[2001:db8::80]:80', '1', '10.1.0.100:53', '10.1.0.100:443', '10.1.0.100:80'],
  );
  assert.deepEqual(
    lines.slice(-4).map((line) => /10\.2\.0\.[0-9]+/.exec(line)?.[0]),
    ['10.2.0.23', '10.2.0.22', '10.2.0.21', undefined],
  );
});

test('addresses are ordered by their difference in 32 bits, as libipvs orders them', async () => {
  const lines = ['10.1.1.2', '192.168.1.110', '10.1.0.200', '192.168.1.12'].map(
    (address) => `-A -t ${address}:80 -s rr`,
  );
  const { output } = await run('-Sn', await restored(lines.join('\n')));
  assert.deepEqual(output.match(/[0-9.]+(?=:80)/g), ['192.168.1.12', '192.168.1.110', '10.1.0.200', '10.1.1.2']);
});

test('a rate of packets is abbreviated for a service but not for its servers', async () => {
  const busy = await restored('-A -t 10.1.0.100:80 -s rr\n-a -t 10.1.0.100:80 -r 10.2.0.21:80 -m\n');
  const activity = { rates: rates([0, 2e8, 0, 2e8, 0]) };
  busy.setActivity(HTTP, undefined, activity);
  busy.setActivity(HTTP, { address: ipv4('10.2.0.21'), port: 80 }, activity);
  const [, , , service, server] = (await run('-Ln --rate', busy)).output.split('\n');
  assert.equal(service, 'TCP  10.1.0.100:80                       0  200000K        0  200000K        0');
  assert.equal(server, '  -> 10.2.0.21:80                        0 200000000        0  200000K        0');
});

interface RecordedMode {
  readonly method: ForwardingMethod;
  readonly option: string;
  readonly service: { readonly counters: FiveNumbers; readonly rates: FiveNumbers };
  readonly server: { readonly counters: FiveNumbers; readonly rates: FiveNumbers };
}

const ONE_WAY = {
  service: { counters: [8, 40, 0, 2144, 0], rates: [1, 5, 0, 268, 0] },
  server: { counters: [4, 20, 0, 1072, 0], rates: [0, 2, 0, 134, 0] },
} as const;

const MODES: readonly RecordedMode[] = [
  {
    method: 'nat',
    option: '-m',
    service: { counters: [8, 40, 32, 2144, 1752], rates: [1, 5, 4, 268, 219] },
    server: { counters: [4, 20, 16, 1072, 876], rates: [0, 2, 2, 134, 109] },
  },
  { method: 'dr', option: '-g', ...ONE_WAY },
  { method: 'tun', option: '-i', ...ONE_WAY },
];

for (const mode of MODES) {
  test(`two realservers behind VS-${mode.method.toUpperCase()} are listed as by the real one`, async () => {
    const servers = [21, 22].map((last) => ({ address: ipv4(`10.2.0.${last}`), port: 80 }));
    const rules = [
      '-A -t 10.1.0.100:80 -s rr',
      ...servers.map(({ address }) => `-a -t 10.1.0.100:80 -r ${address} ${mode.option}`),
    ];
    const director = await restored(rules.join('\n'));
    director.setActivity(HTTP, undefined, {
      counters: counters(mode.service.counters),
      rates: rates(mode.service.rates),
    });
    for (const server of servers) {
      director.setActivity(HTTP, server, {
        ...connections(0, 4),
        counters: counters(mode.server.counters),
        rates: rates(mode.server.rates),
      });
    }
    for (const command of ['Ln', 'Ln --stats', 'Ln --rate']) {
      const fixture = `modes/${mode.method}/${command.replace(' ', '')}.txt`;
      assert.equal((await run(`-${command}`, director)).output, readFixture(fixture));
    }
  });
}

/** The connections of a recorded `-Lnc`; those without a port of the client are templates. */
function readConnections(lines: readonly string[]): Connection[] {
  const endpointOf = (text: string): Endpoint => {
    const [, ipv6, ipv4, port] = /^(?:\[(.*)\]|(.*)):([0-9]+)$/.exec(text) ?? [];
    const address = parseIpAddress(ipv6 ?? ipv4 ?? '');
    assert.ok(address !== undefined, text);
    return { address, port: Number(port) };
  };
  return lines.map((line) => {
    const [protocol = '', expiry = '', state = '', source = '', virtual = '', destination = '', , data] =
      line.split(/ +/);
    const [minutes = 0, seconds = 0] = expiry.split(':').map(Number);
    const client = endpointOf(source);
    return {
      protocol: protocol.toLowerCase() as Connection['protocol'],
      state: state as Connection['state'],
      expiresMs: (minutes * 60 + seconds) * 1000 + 999,
      client,
      virtual: endpointOf(virtual),
      server: endpointOf(destination),
      isTemplate: client.port === 0,
      ...(data === undefined ? {} : { persistenceData: { engine: 'sip', data } }),
    };
  });
}

/** In any order: ours is another than the kernel's. */
function withSortedLines(listing: string): string[] {
  return listing.split('\n').toSorted();
}

const CONNECTIONS: readonly (readonly [command: string, fixture: string])[] = [
  ['-Lnc', 'modes/nat/Lnc.txt'],
  ['-Lnc', 'modes/dr/Lnc.txt'],
  ['-Lnc', 'modes/tun/Lnc.txt'],
  ['-Lnc', 'tables/Lnc.txt'],
  ['-Lnc --persistent-conn', 'tables/Lnc--persistent-conn.txt'],
  ['-Lnc', 'connections/Lnc.txt'],
  ['-Lnc --persistent-conn', 'connections/Lnc--persistent-conn.txt'],
];

for (const [command, fixture] of CONNECTIONS) {
  test(`ipvsadm ${command} prints the connections of ${fixture} as the real one, but in order`, async () => {
    const recorded = readFixture(fixture);
    const director = new MemoryDataPlane();
    director.connections = readConnections(recorded.trimEnd().split('\n').slice(2));
    const { output } = await run(command, director);
    assert.deepEqual(withSortedLines(output), withSortedLines(recorded));
  });
}

test('connections are in order of protocol and client, those of one client in order of the virtual address', async () => {
  const director = new MemoryDataPlane();
  director.connections = readConnections([
    'UDP 05:00 UDP 10.1.0.10:1 10.1.0.100:53 10.2.0.21:53',
    'TCP 15:00 ESTABLISHED [2001:db8::10]:1 [2001:db8::80]:80 [2001:db8::21]:80',
    'TCP 15:00 ESTABLISHED 10.1.0.11:1 10.1.0.100:80 10.2.0.21:80',
    'TCP 15:00 ESTABLISHED 10.1.0.10:2 10.1.0.100:80 10.2.0.21:80',
    'TCP 15:00 ESTABLISHED 10.1.0.10:2 10.1.0.100:79 10.2.0.21:80',
    'IP 00:46 ASSURED 10.1.0.0:0 0.0.0.1:0 10.2.0.23:0',
  ]);
  const lines = (await run('-Lnc', director)).output.trimEnd().split('\n').slice(2);
  assert.deepEqual(
    lines.map((line) => line.split(/ +/).slice(3, 5).join(' ')),
    [
      '10.1.0.0:0 0.0.0.1:0',
      '10.1.0.10:2 10.1.0.100:79',
      '10.1.0.10:2 10.1.0.100:80',
      '10.1.0.11:1 10.1.0.100:80',
      '[2001:db8::10]:1 [2001:db8::80]:80',
      '10.1.0.10:1 10.1.0.100:53',
    ],
  );
});

test('states of SCTP are shortened as in the kernel', async () => {
  const [established] = readConnections(['SCTP 15:00 ESTABLISHED 10.1.0.10:1 10.1.0.100:80 10.2.0.21:80']);
  assert.ok(established !== undefined);
  const director = new MemoryDataPlane();
  const states: readonly Connection['state'][] = ['INIT1', 'COOKIE_ECHOED', 'COOKIE', 'SHUTDOWN_ACK_SENT', 'CLOSED'];
  director.connections = states.map((state, port) => ({
    ...established,
    state,
    client: { ...established.client, port },
  }));
  const lines = (await run('-Lnc', director)).output.trimEnd().split('\n').slice(2);
  assert.deepEqual(
    lines.map((line) => line.slice(0, 23)),
    [
      'SCTP 15:00  INIT1      ',
      'SCTP 15:00  C-ECHOED   ',
      'SCTP 15:00  COOKIE     ',
      'SCTP 15:00  S-ACK-SENT ',
      'SCTP 15:00  CLOSED     ',
    ],
  );
});
