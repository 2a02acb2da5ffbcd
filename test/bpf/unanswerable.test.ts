// Packets for a virtual service that can't go on: their sender is told by ICMP (RFC 792, RFC 1122) where it can be, and
// each is counted under the reason.

import assert from 'node:assert/strict';
import { type Director, directorTest, until } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertAnswered, assertDropped, assertForwarded, assertPassed, quotedOf } from './outcome.ts';
import { buildPacket, type PacketSpec } from './packet-builder.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, SERVER, SERVER2, server, service, VIP, VIP6 } from './services.ts';

/** The step of the clock that the director looks at: of 100 Hz. */
const COARSE_CLOCK_MS = 10;

const SYN: PacketSpec = { from: CLIENT, to: VIP, flags: 'S', payload: Buffer.from('early data') };
const DATAGRAM: PacketSpec = { from: CLIENT, to: VIP, payload: Buffer.from('a question') };

/** ICMP errors come from the address that the packet was sent to. */
const BACK = { source: '10.9.1.110', destination: '198.51.100.7' };
const PORT_UNREACHABLE = { type: 3, code: 3 };
const TIME_EXCEEDED = { type: 11, code: 0 };

directorTest('a service whose servers all have weight 0 answers: port unreachable', (director) => {
  const servers = [server(SERVER, 'nat', 0), server(SERVER2, 'nat', 0)];
  director.configure(service(servers), service(servers, { protocol: 'udp' }));
  for (const packet of [SYN, DATAGRAM]) {
    assertAnswered(director.receive(packet), BACK, { ...PORT_UNREACHABLE, quoted: quotedOf(packet) });
  }
  assert.equal(director.drops('NO_SERVER'), 2);
  assert.equal(director.flowCount(), 0);
});

directorTest('a service without servers answers: port unreachable', (director) => {
  director.configure(service([]));
  assertAnswered(director.receive(SYN), BACK, { ...PORT_UNREACHABLE, quoted: quotedOf(SYN) });
});

for (const method of ['nat', 'dr', 'tun'] as const) {
  directorTest(`a packet at the end of its life is answered, time exceeded, under ${method}`, (director) => {
    director.configure(service([server(SERVER, method)]));
    const old = { ...SYN, ttl: 1, tos: 0x10 };
    assertAnswered(director.receive(old), BACK, { ...TIME_EXCEEDED, quoted: quotedOf(old) });
    assert.equal(director.drops('TTL_EXPIRED'), 1);
  });
}

directorTest('a reply at the end of its life is left to the stack and moves nothing', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  const old = { from: SERVER, to: CLIENT, flags: 'S.', ttl: 1 };
  assertPassed(director.receive(old, 'server'), frameOn('server', buildPacket(old)));
  assert.equal(director.drops('TTL_EXPIRED'), 0);
  assert.equal(director.plane.readConnections()[0]?.state, 'SYN_RECV');
});

directorTest('a packet with IP options that cannot go on is dropped without an answer', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  assertDropped(director.receive({ ...SYN, ttl: 1, options: Uint8Array.of(1, 1, 1, 0) }));
  assert.equal(director.drops('TTL_EXPIRED'), 1);
});

directorTest('a server to which there is no route gets nothing', (director) => {
  director.ip('route add unreachable 192.0.2.1');
  director.configure(service([server('192.0.2.1:80', 'nat')]));
  assertDropped(director.receive(SYN));
  assert.equal(director.drops('NO_ROUTE'), 1);
});

directorTest('a host that may not forward does not', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.withoutForwarding(() => assertDropped(director.receive(SYN)));
  assert.equal(director.drops('FORWARDING_DISABLED'), 1);
});

directorTest('a server that has not been asked for by ARP yet gets the packet all the same', (director) => {
  director.configure(service([server('10.9.2.99:80', 'nat')]));
  assertForwarded(director.receive(SYN), { ...SYN, to: '10.9.2.99:80', ttl: 63 });
});

for (const method of ['nat', 'dr'] as const) {
  directorTest(
    `a packet bigger than the servers' link carries is answered with what it does, under ${method}`,
    (director) => {
      director.ip('route replace 192.0.2.2 via 10.9.2.11 mtu lock 1400');
      director.configure(service([server('192.0.2.2:80', method)], { protocol: 'udp' }));
      const big = { ...DATAGRAM, payload: new Uint8Array(1400 - 28 + 1) };
      assertAnswered(director.receive(big), BACK, { type: 3, code: 4, mtu: 1400, quoted: quotedOf(big) });
      assert.equal(director.drops('TOO_BIG'), 1);
      const fits = { ...DATAGRAM, payload: new Uint8Array(1400 - 28) };
      assertForwarded(director.receive(fits), {
        ...fits,
        ...(method === 'nat' ? { to: '192.0.2.2:80' } : {}),
        ttl: 63,
      });
    },
  );
}

/** SYNs from `hosts` clients, `each` of every one; how many are answered. */
function answersTo(director: Director, { hosts, each }: { hosts: number; each: number }, from = fromHost): number {
  const packets = Array.from({ length: hosts * each }, (_, at) => ({ ...SYN, ...from(at % hosts) }));
  return packets.filter((packet) => director.receive(packet).verdict === VERDICT.redirect).length;
}

function timed(work: () => number): { told: number; tookMs: number } {
  const startMs = performance.now();
  const told = work();
  return { told, tookMs: performance.now() - startMs + COARSE_CLOCK_MS };
}

const fromHost = (host: number) => ({ from: `198.51.100.${host}:40000` });
const fromHost6 = (host: number) => ({ from: `[2001:db8:7::${host + 1}]:40000`, to: VIP6 });

for (const [family, from] of Object.entries({ IPv4: fromHost, IPv6: fromHost6 })) {
  directorTest(`a client of ${family} is told six times at once, then once a second`, async (director) => {
    director.configure(service([]), service([], { at: VIP6 }));
    const { told, tookMs } = timed(() => answersTo(director, { hosts: 1, each: 100 }, from));
    assert.ok(told >= 6 && told <= 6 + tookMs / 1000, `${told} in ${tookMs} ms`);
    assert.equal(director.drops('NO_SERVER'), 100, 'each is dropped, told or not');
    await until('the next answer', () => answersTo(director, { hosts: 1, each: 1 }, from) === 1);
  });
}

directorTest('all clients together are told fifty times at once, then a thousand times a second', async (director) => {
  director.configure(service([]));
  const { told, tookMs } = timed(() => answersTo(director, { hosts: 200, each: 2 }));
  assert.ok(told >= 50 && told <= 50 + tookMs, `${told} in ${tookMs} ms`);
  await until('more answers', () => answersTo(director, { hosts: 200, each: 1 }) > 0);
});

directorTest('whoever asks too often takes no answers from others', (director) => {
  director.configure(service([]));
  answersTo(director, { hosts: 1, each: 1000 });
  assert.equal(
    answersTo(director, { hosts: 8, each: 1 }, (host) => fromHost(host + 1)),
    8,
  );
});

directorTest('what is too big is always told', (director) => {
  director.ip('route replace 192.0.2.2 via 10.9.2.11 mtu lock 1400');
  director.configure(service([server('192.0.2.2:80', 'nat')], { protocol: 'udp' }));
  const big = { ...DATAGRAM, payload: new Uint8Array(1400) };
  for (let packets = 0; packets < 100; packets++) assert.equal(director.receive(big).verdict, VERDICT.redirect);
  assert.equal(director.drops('TOO_BIG'), 100);
});
