// VS-TUN: the packet goes to the server inside another IP packet, each of either family (RFC 2003, 2473, 4213).

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Director, directorTest } from './director.ts';
import { ADDRESS_AT_SERVERS, ADDRESS6_AT_SERVERS } from './namespace.ts';
import { assertAnswered, assertForwarded, quotedOf } from './outcome.ts';
import { buildPacket, ETHERNET_BYTES, type PacketSpec } from './packet-builder.ts';
import type { Outcome } from './prog-test-run.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';
import { buildTunnelled } from './tunnel-builder.ts';

/** Of the link to the servers. */
const MTU = 1500;

const IPIP = { type: 'ipip' } as const;

const INNER = {
  IPv4: { from: CLIENT, to: VIP },
  IPv6: { from: CLIENT6, to: VIP6 },
} as const;

const OUTER = {
  IPv4: { at: SERVER, ends: { source: ADDRESS_AT_SERVERS, destination: '10.9.2.11' } },
  IPv6: { at: SERVER6, ends: { source: ADDRESS6_AT_SERVERS, destination: 'fd00:9:2::11' } },
} as const;

type Family = keyof typeof INNER;

const FAMILIES: readonly Family[] = ['IPv4', 'IPv6'];

/** Services of TCP and UDP for `inner` with a server of `outer`. */
function tunnelTo(director: Director, inner: Family = 'IPv4', outer: Family = 'IPv4'): void {
  const servers = [server(OUTER[outer].at, 'tun')];
  const at = INNER[inner].to;
  director.configure(service(servers, { at }), service(servers, { at, protocol: 'udp' }));
}

/** RFC 3168, section 9.1.1: congestion met before the tunnel is not met in it. */
function outerTos(tos: number): number {
  return (tos & 3) === 3 ? tos - 1 : tos;
}

/** The ID field, which is anybody's guess in packets that may be fragmented. */
function idIn({ frame }: Outcome): number {
  return Buffer.from(frame).readUInt16BE(ETHERNET_BYTES + 4);
}

/** `packet` as the server gets it: a hop older, in a packet with its TTL, TOS and, of IPv4, its DF. */
function assertTunnelled(outcome: Outcome, packet: PacketSpec & { ttl: number }, outer: Family = 'IPv4'): void {
  const inner = { ...packet, ttl: packet.ttl - 1 };
  const dontFragment = !packet.from.includes('[') && (packet.dontFragment ?? true);
  const header = {
    ends: OUTER[outer].ends,
    ttl: inner.ttl,
    tos: outerTos(packet.tos ?? 0),
    dontFragment,
    id: dontFragment ? 0 : idIn(outcome),
  };
  assertForwarded(outcome, buildTunnelled(header, IPIP, buildPacket(inner)));
}

for (const inner of FAMILIES) {
  for (const outer of FAMILIES) {
    directorTest(`${inner} in ${outer}: the packet is put into one from the director to the server`, (director) => {
      tunnelTo(director, inner, outer);
      const sent = { ...INNER[inner], ttl: 64 };
      // The first is sent by way of the neighbour layer, the second in a frame that is known.
      for (const flags of ['S', '.']) {
        assertTunnelled(director.receive({ ...sent, flags }), { ...sent, flags }, outer);
      }
      assertTunnelled(director.receive(sent), sent, outer);
    });

    directorTest(`${inner} in ${outer}: a packet that just fits goes through, a longer one is answered`, (director) => {
      tunnelTo(director, inner, outer);
      const [innerBytes, outerBytes] = [inner, outer].map((family) => (family === 'IPv4' ? 20 : 40)) as [
        number,
        number,
      ];
      const room = MTU - outerBytes;
      const fits = { ...INNER[inner], ttl: 64, payload: new Uint8Array(room - innerBytes - 8) };
      assertTunnelled(director.receive(fits), fits, outer);
      const longer = { ...fits, payload: new Uint8Array(fits.payload.length + 1) };
      assertAnswered(
        director.receive(longer),
        inner === 'IPv4'
          ? { source: '10.9.1.110', destination: '198.51.100.7' }
          : { source: 'fd00:9:1::110', destination: '2001:db8:7::7' },
        {
          ...(inner === 'IPv4' ? { type: 3, code: 4 } : { type: 2, code: 0 }),
          mtu: room,
          quoted: quotedOf(longer),
        },
      );
      assert.equal(director.drops('TOO_BIG'), 1);
    });
  }
}

directorTest('a client of IPv6 is not told to send less than every link takes', (director) => {
  director.ip('-6 route add fd00:9:2::11 dev server mtu lock 1300');
  try {
    tunnelTo(director, 'IPv6', 'IPv6');
    const longer = { ...INNER.IPv6, payload: new Uint8Array(1300 - 40 - 40 - 8 + 1) };
    assertAnswered(
      director.receive(longer),
      { source: 'fd00:9:1::110', destination: '2001:db8:7::7' },
      { type: 2, code: 0, mtu: 1280, quoted: quotedOf(longer) },
    );
  } finally {
    director.ip('-6 route del fd00:9:2::11 dev server');
  }
});

directorTest('the outer header takes TTL, TOS and DF from the inner one, and no options', (director) => {
  tunnelTo(director);
  const header = fc.record({
    payload: fc.uint8Array({ maxLength: 1400 }),
    ttl: fc.integer({ min: 2, max: 255 }),
    tos: fc.nat(255),
    id: fc.nat(65535),
    dontFragment: fc.boolean(),
    options: fc.constantFrom(new Uint8Array(0), Uint8Array.of(1, 1, 1, 0)),
  });
  fc.assert(
    fc.property(header, fc.constantFrom({ flags: 'S' }, {}), (fields, flags) => {
      const sent = { from: CLIENT, to: VIP, ...fields, ...flags };
      assertTunnelled(director.receive(sent), sent);
    }),
  );
});

directorTest('the outer header of IPv6 takes hop limit and traffic class from the inner one', (director) => {
  tunnelTo(director, 'IPv6', 'IPv6');
  const header = fc.record({
    payload: fc.uint8Array({ maxLength: 1400 }),
    ttl: fc.integer({ min: 2, max: 255 }),
    tos: fc.nat(255),
    flowLabel: fc.nat(0xfffff),
  });
  fc.assert(
    fc.property(header, fc.constantFrom({ flags: 'S' }, {}), (fields, flags) => {
      const sent = { ...INNER.IPv6, ...fields, ...flags };
      assertTunnelled(director.receive(sent), sent, 'IPv6');
    }),
  );
});

directorTest('packets that may be fragmented get IDs of their own', (director) => {
  tunnelTo(director);
  const ids = Array.from({ length: 8 }, () =>
    idIn(director.receive({ from: CLIENT, to: VIP, dontFragment: false, id: 7 })),
  );
  assert.ok(new Set(ids).size > 1, `all of ${ids}`);
});
