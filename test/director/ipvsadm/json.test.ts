// `ipvsadm -L --json`: everything that listings show, for programs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { ipv4, restored, run } from './session.ts';

const RULES = `-A -t 10.1.0.100:80 -s sh -b sh-port -p 60 -M 255.255.255.0
-a -t 10.1.0.100:80 -r 10.2.0.21:8080 -m -w 3 -x 10 -y 5
-a -t 10.1.0.100:80 -r 10.2.0.22:80 -i --tun-type gue --tun-port 6080
-a -t 10.1.0.100:80 -r 10.2.0.23:80 -i
-A -f 7 -6 -s rr
--set 100 20 30
--start-daemon master --mcast-interface d0
`;
const HTTP = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 } as const;
const COUNTERS = { connections: 4, inPackets: 16, outPackets: 11, inBytes: 867, outBytes: 619 };
const RATES = {
  connectionsPerSecond: 0.12345,
  inPacketsPerSecond: 1,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};

async function listed(command: string, plane: MemoryDataPlane): Promise<Record<string, unknown>> {
  const { output, status } = await run(command, plane);
  assert.equal(status, 0);
  return JSON.parse(output);
}

test('services come with their options, servers, counters, rates, thresholds and tunnels, whatever the view', async () => {
  const plane = await restored(RULES);
  const connections = { activeConnections: 2, inactiveConnections: 1, persistentConnections: 1 };
  plane.setActivity(HTTP, undefined, { counters: COUNTERS, rates: RATES });
  plane.setActivity(HTTP, { address: ipv4('10.2.0.21'), port: 8080 }, { ...connections, counters: COUNTERS });
  const document = await listed('-L --json', plane);
  assert.deepEqual(await listed('-Ln --stats --thresholds --json', plane), document);
  const [http, mark] = document.services as Record<string, unknown>[];
  const { servers, ...service } = http ?? {};
  assert.deepEqual(service, {
    protocol: 'tcp',
    address: '10.1.0.100',
    port: 80,
    scheduler: 'sh',
    schedulerFlags: ['sh-port'],
    persistence: { timeoutS: 60, netmask: '255.255.255.0' },
    onePacket: false,
    counters: COUNTERS,
    rates: { ...RATES, connectionsPerSecond: 0.123 },
  });
  const [nat, gue, ipip] = servers as Record<string, unknown>[];
  const { rates, ...rest } = nat ?? {};
  assert.ok(rates !== undefined);
  assert.deepEqual(rest, {
    address: '10.2.0.21',
    port: 8080,
    method: 'nat',
    weight: 3,
    upperThreshold: 10,
    lowerThreshold: 5,
    ...connections,
    counters: COUNTERS,
  });
  assert.deepEqual(gue?.tunnel, { type: 'gue', port: 6080, checksum: 'none' });
  assert.deepEqual(ipip?.tunnel, { type: 'ipip' });
  assert.equal(mark?.mark, 7);
  assert.equal(mark?.family, 'inet6');
  assert.equal(mark?.persistence, null);
});

test('with the services come the settings of the whole, which can be asked for alone', async () => {
  const plane = await restored(RULES);
  const { services, ...settings } = await listed('-L --json', plane);
  assert.ok(services !== undefined);
  const daemon = { role: 'master', interface: 'd0', syncId: 0, group: '224.0.0.81', port: 8848, ttl: 1 };
  const timeouts = { tcpS: 100, tcpFinS: 20, udpS: 30 };
  const syncDaemons = [{ ...daemon, maxLengthBytes: 1472 }];
  assert.deepEqual(settings, { connectionTableSize: 4096, timeouts, syncDaemons });
  assert.deepEqual(await listed('-L --timeout --json', plane), { timeouts });
  assert.deepEqual(await listed('-L --daemon --json', plane), { syncDaemons });
});

test('one service is listed alone, in JSON too, and refused when it is not there', async () => {
  const plane = await restored(RULES);
  const { services } = await listed('-L -f 7 -6 --json', plane);
  assert.equal((services as unknown[]).length, 1);
  assert.equal((await run('-L -f 7 --json', plane)).status, 1);
});

test('connections and templates are listed with their addresses as numbers', async () => {
  const plane = new MemoryDataPlane();
  const connection = {
    protocol: 'udp',
    state: 'ASSURED',
    expiresMs: 56_000,
    client: { address: ipv4('10.1.0.10'), port: 0 },
    virtual: { address: ipv4('10.1.0.100'), port: 5060 },
    server: { address: ipv4('10.2.0.21'), port: 5060 },
    isTemplate: true,
    persistenceData: { engine: 'sip', data: 'abc-123@example.org' },
  } as const;
  plane.connections = [connection];
  assert.deepEqual(await listed('-L -c --json', plane), { connections: [connection] });
});
