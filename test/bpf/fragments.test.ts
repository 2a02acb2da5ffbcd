// Datagrams in fragments: each fragment takes the way of its datagram, in whatever order they come, and arrives as it
// was sent, but for what the forwarding method changes in any packet.

import assert from 'node:assert/strict';
import { lvsLimits } from '../../src/dataplane/abi.ts';
import type { ForwardingMethod } from '../../src/model/mod.ts';
import { type Director, directorTest, until } from './director.ts';
import { ADDRESS_AT_SERVERS, ADDRESS6_AT_SERVERS } from './namespace.ts';
import { buildIp, buildPacket, checksum, type PacketSpec, PROTOCOL } from './packet-builder.ts';
import { fragment } from './packet-fragments.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';
import { withWire } from './wire.ts';

/** Fits through a tunnel, too. */
const FRAGMENT_BYTES = 1400;

const FAMILIES = {
  IPv4: {
    client: CLIENT,
    vip: VIP,
    at: SERVER,
    source: ADDRESS_AT_SERVERS,
    destination: '10.9.2.11',
    tunnel: PROTOCOL.ipip,
  },
  IPv6: {
    client: CLIENT6,
    vip: VIP6,
    at: SERVER6,
    source: ADDRESS6_AT_SERVERS,
    destination: 'fd00:9:2::11',
    tunnel: PROTOCOL.ipv6,
  },
} as const;

type Family = keyof typeof FAMILIES;

const METHODS = ['nat', 'dr', 'tun'] as const;

function serve(director: Director, family: Family, method: ForwardingMethod): void {
  const { vip, at } = FAMILIES[family];
  director.configure(service([server(at, method)], { at: vip, protocol: 'udp' }));
}

/** Bytes of which no two stretches are the same, so that none can take another's place. */
function bytes(length: number): Uint8Array {
  const buffer = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) buffer.writeUInt32BE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at);
  return buffer;
}

/** A datagram that may be fragmented. */
function datagram(from: string, to: string, length: number, more: Partial<PacketSpec> = {}): PacketSpec {
  return { from, to, payload: bytes(length), ttl: 64, dontFragment: false, ...more };
}

/** A fragment as a tunnel carries it, in a packet whose ID is anybody's guess. */
function encapsulated(packet: Uint8Array, family: Family, tos = 0): Uint8Array {
  const { source, destination, tunnel: protocol } = FAMILIES[family];
  return buildIp({ source, destination, protocol, ttl: 63, tos, id: 0, dontFragment: false }, packet);
}

function withoutId(packet: Uint8Array): Uint8Array {
  const bytes = Buffer.from(packet);
  bytes.writeUInt16BE(0, 4);
  bytes.writeUInt16BE(0, 10);
  bytes.writeUInt16BE(checksum(bytes.subarray(0, 20)), 10);
  return bytes;
}

/** Takes the guess out of a tunnel's packet. */
function comparable(packet: Uint8Array): Uint8Array {
  const isTunnel = packet[0] === 0x45 && packet[9] === PROTOCOL.ipip;
  return isTunnel ? withoutId(packet) : packet;
}

/** What the server gets of a request's fragments. */
function atServer(sent: PacketSpec, family: Family, method: ForwardingMethod, size = FRAGMENT_BYTES, id?: number) {
  const { at } = FAMILIES[family];
  const packet = { ...sent, ttl: 63, ...(method === 'nat' ? { to: at } : {}) };
  const fragments = fragment(buildPacket(packet), size, id);
  return method === 'tun' ? fragments.map((part) => encapsulated(part, family)) : fragments;
}

function hex(packets: readonly Uint8Array[]): string[] {
  return packets.map((packet) => Buffer.from(packet).toString('hex'));
}

function assertSame(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  assert.deepEqual(hex(actual.map(comparable)).sort(), hex(expected).sort());
}

const ORDERS: Readonly<Record<string, (fragments: Uint8Array[]) => Uint8Array[]>> = {
  'in order': (fragments) => fragments,
  reversed: (fragments) => fragments.toReversed(),
  'the first in the middle': ([first, second, ...rest]) => [...rest, first as Uint8Array, second as Uint8Array],
};

for (const family of ['IPv4', 'IPv6'] as const) {
  const { client, vip, at } = FAMILIES[family];
  for (const method of METHODS) {
    for (const [order, arrange] of Object.entries(ORDERS)) {
      directorTest(
        `${family}, ${method}: a datagram of 8 kB whose fragments come ${order} gets through`,
        async (director) => {
          serve(director, family, method);
          await withWire(director, async (wire) => {
            const sent = datagram(client, vip, 8192);
            const expected = atServer(sent, family, method);
            wire.send('client', ...arrange(fragment(buildPacket(sent), FRAGMENT_BYTES)));
            assertSame(await wire.take('server', expected.length), expected);
            assert.equal(director.drops(), 0);
            const { inPackets, inBytes } = director.server().counters;
            assert.deepEqual([inPackets, inBytes], [1, buildPacket(sent).length], 'counted as if it had come whole');
            assert.equal(director.datagramCount(), 0, 'the datagram is forgotten with its last byte');
          });
        },
      );
    }
  }

  for (const [order, arrange] of Object.entries(ORDERS)) {
    directorTest(`${family}, nat: a reply of 64 kB whose fragments come ${order} gets through`, async (director) => {
      serve(director, family, 'nat');
      await withWire(director, async (wire) => {
        wire.send('client', datagram(client, vip, 4));
        await wire.take('server', 1);
        const reply = datagram(at, client, 60_000);
        const expected = fragment(buildPacket({ ...reply, from: vip, ttl: 63 }), FRAGMENT_BYTES);
        wire.send('server', ...arrange(fragment(buildPacket(reply), FRAGMENT_BYTES)));
        assertSame(await wire.take('client', expected.length), expected);
        assert.equal(director.drops(), 0);
      });
    });
  }
}

directorTest('datagrams whose fragments come mixed, the later ones first, are kept apart', async (director) => {
  director.configure(
    service([server(SERVER, 'nat')], { protocol: 'udp' }),
    service([server('10.9.2.12:81', 'dr')], { protocol: 'udp', at: '10.9.1.110:81' }),
  );
  await withWire(director, async (wire) => {
    const requests = [
      datagram(CLIENT, VIP, 5000, { id: 1 }),
      datagram(CLIENT, '10.9.1.110:81', 5001, { id: 2 }),
      datagram('198.51.100.8:40000', VIP, 5002, { id: 1 }),
    ];
    const parts = requests.map((request) => fragment(buildPacket(request), FRAGMENT_BYTES));
    const mixed = [3, 1, 2, 0].flatMap((place) => parts.map((fragments) => fragments[place] as Uint8Array));
    const expected = requests.flatMap((request) =>
      fragment(buildPacket({ ...request, ttl: 63, to: request.to === VIP ? SERVER : request.to }), FRAGMENT_BYTES),
    );
    wire.send('client', ...mixed);
    assertSame(await wire.take('server', expected.length), expected);
    assert.equal(director.drops(), 0);
  });
});

directorTest("a datagram's ID may come again for other ports, once the first is through", async (director) => {
  director.configure(
    service([server(SERVER, 'nat')], { protocol: 'udp' }),
    service([server('10.9.2.12:81', 'dr')], { protocol: 'udp', at: '10.9.1.110:81' }),
  );
  await withWire(director, async (wire) => {
    for (const to of [VIP, '10.9.1.110:81']) {
      const request = datagram(CLIENT, to, 5000, { id: 7 });
      const expected = fragment(buildPacket({ ...request, ttl: 63, to: to === VIP ? SERVER : to }), FRAGMENT_BYTES);
      wire.send('client', ...fragment(buildPacket(request), FRAGMENT_BYTES).toReversed());
      assertSame(await wire.take('server', expected.length), expected);
    }
  });
});

directorTest('fragments for the stack reach it in any order: it answers that the port is closed', async (director) => {
  // A port of the director's own address that is no service's.
  director.configure(service([server(SERVER, 'nat')], { protocol: 'udp', at: '10.9.1.9:80' }));
  await withWire(director, async (wire) => {
    for (const [id, arrange] of Object.values(ORDERS).entries()) {
      const sent = datagram('10.9.1.1:40000', '10.9.1.9:81', 3000, { id });
      wire.send('client', ...arrange(fragment(buildPacket(sent), FRAGMENT_BYTES)));
      const [answer] = await wire.take('client', 1);
      assert.deepEqual([answer?.[9], answer?.[20], answer?.[21]], [PROTOCOL.icmp, 3, 3]);
    }
    assert.equal(director.drops(), 0);
  });
});

directorTest('fragments of a datagram that no server takes are dropped with it', async (director) => {
  director.configure(service([], { protocol: 'udp' }));
  await withWire(director, async (wire) => {
    wire.send('client', ...fragment(buildPacket(datagram(CLIENT, VIP, 5000)), FRAGMENT_BYTES));
    const [answer] = await wire.take('client', 1);
    assert.deepEqual([answer?.[9], answer?.[20], answer?.[21]], [PROTOCOL.icmp, 3, 3]);
    assert.equal(director.drops('NO_SERVER'), 1);
    assert.equal(director.flowCount(), 0);
  });
});

/** A tunnel takes this much of the client's packet; fragments have their payload in units of 8 bytes. */
const TUNNEL_ROOM = 1480;
const TUNNEL_PART = (TUNNEL_ROOM - 20) & ~7;

directorTest('a packet too big for the tunnel goes through it in fragments, each by itself', async (director) => {
  serve(director, 'IPv4', 'tun');
  await withWire(director, async (wire) => {
    const sent = datagram(CLIENT, VIP, TUNNEL_ROOM - 28 + 1, { id: 0x4321, tos: 0x10 });
    const expected = fragment(buildPacket({ ...sent, ttl: 63 }), TUNNEL_PART).map((part) =>
      encapsulated(part, 'IPv4', 0x10),
    );
    wire.send('client', sent);
    assertSame(await wire.take('server', 2), expected);
    assert.equal(director.drops(), 0);
    const { inPackets, inBytes } = director.server().counters;
    assert.deepEqual([inPackets, inBytes], [1, TUNNEL_ROOM + 1], 'it is counted once');
    assert.equal(director.datagramCount(), 0);
  });
});

for (const [order, arrange] of Object.entries(ORDERS)) {
  directorTest(`fragments too big for the tunnel, ${order}, are cut again`, async (director) => {
    serve(director, 'IPv4', 'tun');
    await withWire(director, async (wire) => {
      const sent = datagram(CLIENT, VIP, 8192);
      const expected = fragment(buildPacket({ ...sent, ttl: 63 }), 1480)
        .flatMap((part) => fragment(part, TUNNEL_PART))
        .map((part) => encapsulated(part, 'IPv4'));
      wire.send('client', ...arrange(fragment(buildPacket(sent), 1480)));
      assertSame(await wire.take('server', expected.length), expected);
      assert.equal(director.drops(), 0);
      assert.equal(director.datagramCount(), 0);
    });
  });
}

for (const method of ['nat', 'dr'] as const) {
  directorTest(
    `${method}: a packet is cut into as many fragments as the route needs, options and all`,
    async (director) => {
      director.ip('route replace 192.0.2.3 via 10.9.2.11 mtu lock 400');
      director.configure(service([server('192.0.2.3:80', method)], { protocol: 'udp' }));
      await withWire(director, async (wire) => {
        const options = Uint8Array.of(0x94, 4, 0, 0); // router alert (RFC 2113): it is copied
        const sent = datagram(CLIENT, VIP, 1300, { options });
        const rewritten = { ...sent, ttl: 63, ...(method === 'nat' ? { to: '192.0.2.3:80' } : {}) };
        const expected = fragment(buildPacket(rewritten), (400 - 24) & ~7);
        wire.send('client', sent);
        assertSame(await wire.take('server', expected.length), expected);
        assert.equal(director.drops(), 0);
      });
    },
  );
}

directorTest("a reply larger than the clients' route takes is cut, too", async (director) => {
  director.ip('route replace 203.0.113.0/24 via 10.9.1.1 mtu lock 1000');
  serve(director, 'IPv4', 'nat');
  await withWire(director, async (wire) => {
    const client = '203.0.113.5:4000';
    wire.send('client', datagram(client, VIP, 4));
    await wire.take('server', 1);
    const reply = datagram(SERVER, client, 1400);
    const expected = fragment(buildPacket({ ...reply, from: VIP, ttl: 63 }), (1000 - 20) & ~7);
    wire.send('server', reply);
    assertSame(await wire.take('client', 2), expected);
  });
});

directorTest(
  'a segment that its sender left for a device to sum up is summed up before it is cut',
  async (director) => {
    serve(director, 'IPv4', 'tun');
    await withWire(director, async (wire) => {
      const sent = datagram(CLIENT, VIP, 1453);
      const packet = Buffer.from(buildPacket(sent));
      const expected = fragment(buildPacket({ ...sent, ttl: 63 }), TUNNEL_PART).map((part) =>
        encapsulated(part, 'IPv4'),
      );
      // What stands there then is the sum of the pseudo-header, not complemented (Linux: CHECKSUM_PARTIAL).
      const pseudo = Buffer.concat([packet.subarray(12, 20), Uint8Array.of(0, 17), packet.subarray(24, 26)]);
      packet.writeUInt16BE(0xffff - checksum(pseudo), 26);
      wire.send('client', packet);
      assertSame(await wire.take('server', 2), expected);
    });
  },
);

directorTest('fragments whose first never comes make room for others, and are counted', async (director) => {
  serve(director, 'IPv4', 'nat'); // the last test: what it leaves waiting gives way in any that follows
  await withWire(director, async (wire) => {
    const places = lvsLimits.LVS_MAX_EARLY_FRAGMENTS;
    const lost = 10;
    for (let id = 0; id < places + lost; id++) {
      wire.send('client', fragment(buildPacket(datagram(CLIENT, VIP, 40, { id })), 32)[1] as Uint8Array);
    }
    await until('the count of lost fragments', () => director.drops('FRAGMENT_LOST') === lost);
    // Of the newest, all are there.
    const newest = datagram(CLIENT, VIP, 40, { id: places + lost - 1 });
    wire.send('client', fragment(buildPacket(newest), 32)[0] as Uint8Array);
    assertSame(await wire.take('server', 2), atServer(newest, 'IPv4', 'nat', 32));
    assert.equal(director.flowCount(), 2);
  });
});
