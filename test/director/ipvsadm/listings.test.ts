// Listings and saved tables, to the letter as the real ipvsadm printed them.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Connection, Counters, Rates } from '../../../src/director/mod.ts';
import type { ForwardingMethod } from '../../../src/model/mod.ts';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { readFixture } from './fixtures.ts';
import { ipv4, restored, run } from './session.ts';

const HTTP = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 } as const;
const DNS = { protocol: 'udp', address: ipv4('10.1.0.100'), port: 53 } as const;

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

function connections(activeConnections: number, inactiveConnections: number) {
  return { activeConnections, inactiveConnections };
}

/** The recorded configuration with the counts that the real director had. */
async function recordedDirector(): Promise<MemoryDataPlane> {
  const plane = await restored(readFixture('config.txt'));
  const httpServer = (last: number) => ({ address: ipv4(`10.2.0.${last}`), port: 80 });
  const dnsServer = (last: number) => ({ address: ipv4(`10.2.0.${last}`), port: 53 });
  plane.setActivity(HTTP, undefined, { counters: counters([4, 16, 11, 867, 619]), rates: rates([0, 1, 1, 51, 37]) });
  plane.setActivity(HTTP, httpServer(21), {
    ...connections(1, 0),
    counters: counters([1, 3, 2, 164, 115]),
    rates: rates([0.1, 0.4, 0.2, 9, 6]),
  });
  plane.setActivity(HTTP, httpServer(22), {
    ...connections(2, 1),
    counters: counters([3, 13, 9, 703, 504]),
    rates: rates([0, 0.9, 0.6, 43, 31]),
  });
  plane.setActivity(DNS, undefined, { counters: counters([3, 3, 3, 93, 93]), rates: rates([0, 0, 0, 8, 8]) });
  plane.setActivity(DNS, dnsServer(21), {
    ...connections(0, 1),
    counters: counters([1, 1, 1, 31, 31]),
    rates: rates([0, 0, 0, 3, 3]),
  });
  plane.setActivity(DNS, dnsServer(22), {
    ...connections(0, 2),
    counters: counters([2, 2, 2, 62, 62]),
    rates: rates([0, 0, 0, 5, 5]),
  });
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
  assert.equal((await run('-Ln', changed)).output, readFixture('tables/delete-Ln.txt'));

  await run('-Z', changed);
  assert.equal((await run('-Ln --stats', changed)).output, readFixture('tables/zero-Ln--stats.txt'));
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
  assert.deepEqual(output.match(/10\.[0-9.]+:[0-9]+/g), [
    '10.1.0.100:53',
    '10.2.0.22:53',
    '10.2.0.21:53',
    '10.1.0.100:80',
    '10.2.0.23:80',
    '10.2.0.22:80',
    '10.2.0.21:80',
  ]);
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
  readonly state: Connection['state'];
}

const ONE_WAY = {
  service: { counters: [8, 40, 0, 2144, 0], rates: [1, 5, 0, 268, 0] },
  server: { counters: [4, 20, 0, 1072, 0], rates: [0, 2, 0, 134, 0] },
  state: 'FIN_WAIT',
} as const;

const MODES: readonly RecordedMode[] = [
  {
    method: 'nat',
    option: '-m',
    service: { counters: [8, 40, 32, 2144, 1752], rates: [1, 5, 4, 268, 219] },
    server: { counters: [4, 20, 16, 1072, 876], rates: [0, 2, 2, 134, 109] },
    state: 'TIME_WAIT',
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

  test(`connections of VS-${mode.method.toUpperCase()} are listed as by the real one, but in order`, async () => {
    const [title, header, ...lines] = readFixture(`modes/${mode.method}/Lnc.txt`).trimEnd().split('\n');
    const director = new MemoryDataPlane();
    director.connections = lines.map((line) => {
      const [client, virtual, server] = [...line.matchAll(/([0-9.]+):([0-9]+)(?= |$)/g)]
        .slice(-3)
        .map(([, address, port]) => ({
          address: ipv4(address ?? ''),
          port: Number(port),
        }));
      assert.ok(client && virtual && server, line);
      return { protocol: 'tcp', state: mode.state, expiresMs: 116_999, client, virtual, server };
    });
    const { output } = await run('-Lnc', director);
    assert.equal(output, `${[title, header, ...lines.toSorted()].join('\n')}\n`);
  });
}

test('connections with all their columns carry no data of persistence engines', async () => {
  const director = new MemoryDataPlane();
  director.connections = [
    {
      protocol: 'udp',
      state: 'UDP',
      expiresMs: 3_600_000,
      client: { address: ipv4('10.1.0.10'), port: 41021 },
      virtual: { address: ipv4('10.1.0.100'), port: 53 },
      server: { address: ipv4('10.2.0.22'), port: 53 },
    },
  ];
  assert.equal(
    (await run('-Lnc --persistent-conn', director)).output,
    'IPVS connection entries\n' +
      'pro expire state       source             virtual            destination        pe name          pe_data\n' +
      'UDP 60:00  UDP         10.1.0.10:41021    10.1.0.100:53      10.2.0.22:53\n',
  );
});
