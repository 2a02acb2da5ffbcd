// Counters of services and servers: every packet is in them at once, with its IP length; and their rates.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { lvsCounter, lvsRate, lvsStats } from '../../src/dataplane/abi.ts';
import { encode, type ValuesOf } from '../../src/dataplane/layout.ts';
import { libbpf } from '../../src/dataplane/libbpf.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { buildPacket } from './packet-builder.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, SERVER, SERVER2, server, service, VIP } from './services.ts';

const SYN = { from: CLIENT, to: VIP, flags: 'S' };
const NOTHING = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

type Exchange = readonly { readonly reply: boolean; readonly payload: Uint8Array }[];

const exchange: fc.Arbitrary<Exchange> = fc.array(
  fc.record({ reply: fc.boolean(), payload: fc.uint8Array({ maxLength: 600 }) }),
  { minLength: 1, maxLength: 20 },
);

directorTest('at any moment the counters are the sums of what has passed, in both directions under nat', (director) => {
  director.configure(service([server(SERVER, 'nat')], { protocol: 'udp' }));
  const expected = { ...NOTHING };
  let port = 1024;
  fc.assert(
    fc.property(exchange, (packets) => {
      const client = `198.51.100.7:${port++}`;
      director.receive({ from: client, to: VIP });
      expected.connections += 1;
      expected.inPackets += 1;
      expected.inBytes += 28;
      for (const { reply, payload } of packets) {
        const packet = { ...(reply ? { from: SERVER, to: client } : { from: client, to: VIP }), payload };
        director.receive(packet, reply ? 'server' : 'client');
        expected[reply ? 'outPackets' : 'inPackets'] += 1;
        expected[reply ? 'outBytes' : 'inBytes'] += buildPacket(packet).length;
      }
      assert.deepEqual(director.service().counters, expected);
      assert.deepEqual(director.server().counters, expected);
    }),
    { numRuns: 30 },
  );
});

directorTest("a service's counters are the sums of its servers'", (director) => {
  director.configure(service([server(SERVER, 'dr'), server(SERVER2, 'dr')]));
  director.inside(() => {
    for (let port = 1024; port < 1031; port++) director.receive({ ...SYN, from: `198.51.100.7:${port}` });
  });
  const { counters, servers } = director.service();
  assert.deepEqual(counters, { ...NOTHING, connections: 7, inPackets: 7, inBytes: 280 });
  assert.deepEqual(
    servers.map(({ counters }) => counters.inPackets),
    [4, 3],
  );
});

directorTest('what pads a frame is not counted', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  const padded = Buffer.concat([buildPacket(SYN), Buffer.alloc(6)]);
  director.receive(frameOn('client', padded));
  assert.equal(director.service().counters.inBytes, 40);
});

directorTest('zeroing begins anew, without losing packets that a connection still holds', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.receive({ ...SYN, flags: '.' });
  director.receive({ ...SYN, flags: 'P.' });
  director.plane.zeroCounters();
  assert.deepEqual(director.service().counters, NOTHING);
  assert.deepEqual(director.server().counters, NOTHING);
  assert.equal(director.server().activeConnections, 1);
  director.receive({ ...SYN, flags: 'P.' });
  assert.deepEqual(director.service().counters, { ...NOTHING, inPackets: 1, inBytes: 40 });
});

const PERIOD_NS = lvsRate.LVS_RATE_PERIOD_NS;
const FRACTION = 2 ** lvsRate.LVS_RATE_FRACTION_BITS;

/** Writes one CPU's statistics of the only service for all CPUs, whichever of them the next packet comes to. */
function setStats(director: Director, stats: Partial<ValuesOf<typeof lvsStats>>): void {
  const fd = libbpf().objGet(join(director.directory, 'lvs_service_stats'));
  const value = Buffer.concat(Array.from({ length: libbpf().possibleCpus() }, () => encode(lvsStats, stats)));
  assert.equal(libbpf().mapUpdate(fd, new Uint8Array(4), value, 0), 0);
}

/** The rate of new connections, per second, on the CPU that has counted one more than `before`. */
function rateAfterOneConnection(director: Director, before: number): number {
  assert.equal(director.receive(SYN).verdict, VERDICT.redirect);
  const cpus = director.maps.serviceStats.get({ value: 0 }) ?? [];
  const cpu = cpus.find(({ count }) => count[lvsCounter.LVS_COUNT_CONNECTIONS] === before + 1);
  return (cpu?.rate[lvsCounter.LVS_COUNT_CONNECTIONS] ?? Number.NaN) / FRACTION;
}

for (const [title, periods, rate] of [
  ['has not ended leaves the rate as it is', 0, 80],
  // 2000 connections in 2 s, after a rate of 80: 80 + (1000 − 80) / 4.
  ['has ended brings its rate in by a quarter', 1, 310],
  ['was followed by two idle ones fades by a quarter for each', 3, 310 * 0.75 ** 2],
  ['is long gone leaves nothing', 60, 0],
] as const) {
  directorTest(`a period that ${title}`, (director) => {
    director.configure(service([server(SERVER, 'dr')]));
    setStats(director, {
      count: [2500, 0, 0, 0, 0],
      period_start_count: [500, 0, 0, 0, 0],
      rate: [80 * FRACTION, 0, 0, 0, 0],
      period_start_ns: Number(process.hrtime.bigint()) - Math.round((periods + 0.5) * PERIOD_NS),
    });
    const measured = rateAfterOneConnection(director, 2500);
    assert.ok(Math.abs(measured - rate) < 0.01, `${measured} instead of ${rate}`);
  });
}

directorTest('a packet whose clock is behind the start of the period leaves the rate as it is', (director) => {
  director.configure(service([server(SERVER, 'dr')]));
  setStats(director, {
    rate: [80 * FRACTION, 0, 0, 0, 0],
    period_start_ns: Number(process.hrtime.bigint()) + PERIOD_NS / 2,
  });
  assert.equal(rateAfterOneConnection(director, 0), 80);
});

directorTest("a new service does not get the packets of a removed one's connections", (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.configure();
  director.configure(service([server(SERVER2, 'nat')], { at: '10.9.1.110:81' }));
  director.receive({ from: SERVER, to: CLIENT, flags: 'S.' }, 'server');
  assert.deepEqual(director.service().counters, NOTHING);
});

directorTest('replies that a way back still holds are counted when another connection takes it over', (director) => {
  director.configure(service([server(SERVER, 'nat')], { at: '10.9.1.110:81' }), service([server(SERVER, 'nat')]));
  director.receive(SYN);
  for (let reply = 0; reply < 3; reply++) director.receive({ from: SERVER, to: CLIENT, flags: 'S.' }, 'server');
  director.receive({ ...SYN, to: '10.9.1.110:81' });
  const [, first] = director.plane.readStatus();
  assert.equal(first?.counters.outPackets, 3);
});
