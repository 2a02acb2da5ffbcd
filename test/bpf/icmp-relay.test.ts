// ICMP errors about packets of connections: each reaches the end that sent the packet, which knows the packet inside as
// its own. The bytes inside are patched here one by one, not built anew: the segment's checksum there stays as it was.

import assert from 'node:assert/strict';
import { type Director, directorTest } from './director.ts';
import { ADDRESS_AT_SERVERS, ADDRESS6_AT_SERVERS, frameOn, sentFrom } from './namespace.ts';
import { assertDropped, assertForwarded, assertPassed, buildAnswer, quotedOf } from './outcome.ts';
import {
  addressBytes,
  buildIcmpPacket,
  buildIp,
  buildPacket,
  checksum,
  type IcmpError,
  type PacketSpec,
  PROTOCOL,
} from './packet-builder.ts';
import { paddingExtension } from './packet-fragments.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';
import { withWire } from './wire.ts';

/** The servers listen on a port of their own. */
const FAMILIES = {
  IPv4: {
    client: CLIENT,
    vip: VIP,
    at: '10.9.2.11:8080',
    tunnelAt: SERVER,
    clientAddress: '198.51.100.7',
    vipAddress: '10.9.1.110',
    serverAddress: '10.9.2.11',
    directorAddress: ADDRESS_AT_SERVERS,
    router: '192.0.2.77',
    unreachable: { type: 3, code: 3 },
    timeExceeded: { type: 11, code: 0 },
    parameterProblem: { type: 12, code: 0, mtu: 0x14000000 },
    tooBig: (mtu: number) => ({ type: 3, code: 4, mtu }),
    tunnel: PROTOCOL.ipip,
    addresses: { source: 12, destination: 16, end: 20 },
  },
  IPv6: {
    client: CLIENT6,
    vip: VIP6,
    at: '[fd00:9:2::11]:8080',
    tunnelAt: SERVER6,
    clientAddress: '2001:db8:7::7',
    vipAddress: 'fd00:9:1::110',
    serverAddress: 'fd00:9:2::11',
    directorAddress: ADDRESS6_AT_SERVERS,
    router: '2001:db8::77',
    unreachable: { type: 1, code: 4 },
    timeExceeded: { type: 3, code: 0 },
    parameterProblem: { type: 4, code: 1, mtu: 40 },
    tooBig: (mtu: number) => ({ type: 2, code: 0, mtu }),
    tunnel: PROTOCOL.ipv6,
    addresses: { source: 8, destination: 24, end: 40 },
  },
} as const;

type Family = keyof typeof FAMILIES;
const FAMILY_NAMES: readonly Family[] = ['IPv4', 'IPv6'];
const TRANSPORTS = [
  ['tcp', { flags: 'S' }],
  ['udp', {}],
] as const;

function serve(director: Director, family: Family, method: 'nat' | 'dr' | 'tun'): void {
  const { vip, at, tunnelAt } = FAMILIES[family];
  const servers = [server(method === 'nat' ? at : tunnelAt, method)];
  director.configure(...TRANSPORTS.map(([protocol]) => service(servers, { at: vip, protocol })));
}

/** `packet` with another address and port at one of its ends, and with the checksum of its IPv4 header. */
function withEnd(packet: Uint8Array, family: Family, end: 'source' | 'destination', address: string, port: number) {
  const bytes = Buffer.from(packet);
  const { addresses } = FAMILIES[family];
  bytes.set(addressBytes(address), addresses[end]);
  bytes.writeUInt16BE(port, addresses.end + (end === 'source' ? 0 : 2));
  if (family === 'IPv4') {
    bytes.writeUInt16BE(0, 10);
    bytes.writeUInt16BE(checksum(bytes.subarray(0, 20)), 10);
  }
  return bytes;
}

const errorOf = (kind: Omit<IcmpError, 'quoted'>, quoted: Uint8Array): IcmpError => ({ ...kind, quoted });

for (const family of FAMILY_NAMES) {
  const names = FAMILIES[family];
  const { client, vip, at, clientAddress, vipAddress, serverAddress, router } = names;

  for (const [transport, flags] of TRANSPORTS) {
    const reply = { from: vip, to: client, ...flags, payload: Buffer.from('an answer'), ttl: 50 };
    const request = { from: client, to: at, ...flags, payload: Buffer.from('a question'), ttl: 50 };

    directorTest(
      `${family}, nat: an error about a ${transport} reply reaches the server, as its own packet's`,
      (director) => {
        serve(director, family, 'nat');
        director.receive({ from: client, to: vip, ...flags });
        for (const [from, kind] of [
          [clientAddress, names.unreachable],
          [router, names.timeExceeded],
          [router, names.tooBig(1280)],
          [clientAddress, names.parameterProblem],
        ] as const) {
          const quoted = buildPacket(reply);
          const error = errorOf(kind, quoted);
          const inside = withEnd(quoted, family, 'source', serverAddress, 8080);
          const header = { source: from, destination: vipAddress, ttl: 44 };
          assertForwarded(
            director.receive(frameOn('client', buildIcmpPacket(header, error))),
            buildIcmpPacket({ ...header, destination: serverAddress, ttl: 43 }, { ...error, quoted: inside }),
          );
        }
      },
    );

    directorTest(
      `${family}, nat: an error about a ${transport} request reaches the client, from the VIP`,
      (director) => {
        serve(director, family, 'nat');
        director.receive({ from: client, to: vip, ...flags });
        for (const [from, kind] of [
          [serverAddress, names.unreachable],
          [router, names.tooBig(1400)],
        ] as const) {
          const quoted = buildPacket(request);
          const error = errorOf(kind, quoted);
          const inside = withEnd(quoted, family, 'destination', vipAddress, 80);
          const header = { source: from, destination: clientAddress, ttl: 44 };
          assertForwarded(
            director.receive(frameOn('server', buildIcmpPacket(header, error)), 'server'),
            buildIcmpPacket({ ...header, source: vipAddress, ttl: 43 }, { ...error, quoted: inside }),
            'server',
          );
        }
      },
    );
  }

  const reply = { from: vip, to: client, flags: '.', ttl: 50 };
  const header = { source: router, destination: vipAddress, ttl: 44 };
  const error = errorOf(names.tooBig(1280), buildPacket(reply));

  directorTest(`${family}, dr: an error about a reply goes to the server as it is`, (director) => {
    serve(director, family, 'dr');
    director.receive({ from: client, to: vip, flags: 'S' });
    assertForwarded(
      director.receive(frameOn('client', buildIcmpPacket(header, error))),
      buildIcmpPacket({ ...header, ttl: 43 }, error),
    );
  });

  directorTest(`${family}, tun: an error about a reply goes to the server through the tunnel`, (director) => {
    serve(director, family, 'tun');
    director.receive({ from: client, to: vip, flags: 'S' });
    const ends = { source: names.directorAddress, destination: serverAddress, protocol: names.tunnel };
    assertForwarded(
      director.receive(frameOn('client', buildIcmpPacket({ ...header, dontFragment: true }, error))),
      buildIp({ ...ends, ttl: 43, id: 0 }, buildIcmpPacket({ ...header, ttl: 43 }, error)),
    );
  });

  directorTest(`${family}: errors are counted, in and out, and keep no connection alive`, (director) => {
    serve(director, family, 'nat');
    director.receive({ from: client, to: vip, flags: 'S' });
    const packet = buildIcmpPacket(header, error);
    const expiry = () => [...director.maps.flows.entries()].map(({ value }) => value.last_seen_ns);
    const before = expiry();
    director.receive(frameOn('client', packet));
    const aboutRequest = errorOf(names.unreachable, buildPacket({ from: client, to: at, flags: 'S' }));
    const outwards = buildIcmpPacket({ source: serverAddress, destination: clientAddress }, aboutRequest);
    director.receive(frameOn('server', outwards), 'server');
    assert.deepEqual(expiry(), before);
    const counters = director.plane.readStatus().map((status) => status.counters);
    assert.ok(counters.some(({ inPackets, outPackets }) => inPackets === 2 && outPackets === 1));
    assert.ok(counters.some(({ outBytes }) => outBytes === outwards.length));
  });

  directorTest(`${family}: an error at the end of its life is dropped, not answered`, (director) => {
    serve(director, family, 'nat');
    director.receive({ from: client, to: vip, flags: 'S' });
    assertDropped(director.receive(frameOn('client', buildIcmpPacket({ ...header, ttl: 1 }, error))));
    assert.equal(director.drops('TTL_EXPIRED'), 1);
  });

  directorTest(`${family}: other ICMP packets go up the stack as they came`, (director) => {
    serve(director, family, 'nat');
    director.receive({ from: client, to: vip, flags: 'S' });
    const echo = { type: family === 'IPv4' ? 8 : 128, code: 0, quoted: Buffer.from('ping') };
    const otherPort: PacketSpec = { ...reply, to: client.replace(/40000$/, '40001') };
    const packets = [
      buildIcmpPacket(header, echo),
      buildIcmpPacket(header, errorOf(names.unreachable, buildPacket(otherPort))),
      // What a director's own packets are told, and what tells too little.
      buildIcmpPacket(header, errorOf(names.unreachable, buildPacket({ ...reply, from: otherPort.to }))),
      buildIcmpPacket(header, errorOf(names.unreachable, buildPacket(reply).subarray(0, names.addresses.end + 2))),
      buildIcmpPacket(header, errorOf(names.unreachable, new Uint8Array(0))),
      buildIp({ ...header, protocol: family === 'IPv4' ? PROTOCOL.icmp : PROTOCOL.icmpv6 }, Uint8Array.of(3, 3)),
    ];
    for (const packet of packets) {
      const frame = frameOn('client', packet);
      assertPassed(director.receive(frame), frame);
    }
    assert.equal(director.drops(), 0);
  });

  directorTest(`${family}, tun: the client is told what a router told about the tunnel`, (director) => {
    serve(director, family, 'tun');
    const sent = { from: client, to: vip, flags: 'S', payload: new Uint8Array(100) };
    director.receive(sent);
    const overhead = family === 'IPv4' ? 20 : 40;
    const inner = buildPacket({ ...sent, ttl: 63 });
    const ends = { source: names.directorAddress, destination: serverAddress, protocol: names.tunnel };
    const outer = buildIp({ ...ends, ttl: 63 }, inner);
    for (const [kind, told] of [
      [names.tooBig(1400), names.tooBig(1400 - overhead)],
      [names.timeExceeded, names.timeExceeded],
      [names.unreachable, names.unreachable],
    ] as const) {
      const packet = buildIcmpPacket({ source: router, destination: names.directorAddress }, errorOf(kind, outer));
      const outcome = director.receive(frameOn('server', packet), 'server');
      const ends = { source: vipAddress, destination: clientAddress };
      assertForwarded(outcome, buildAnswer(ends, errorOf(told, quotedOf(inner)), outcome), 'server');
    }
  });
}

directorTest('a packet inside with extension headers is found, too', (director) => {
  serve(director, 'IPv6', 'nat');
  director.receive({ from: CLIENT6, to: VIP6 });
  const extensions = [paddingExtension(60, 16)];
  const quoted = Buffer.from(buildPacket({ from: VIP6, to: CLIENT6, extensions, payload: Buffer.from('an answer') }));
  const header = { source: FAMILIES.IPv6.router, destination: FAMILIES.IPv6.vipAddress };
  const error = errorOf(FAMILIES.IPv6.tooBig(1280), quoted);
  const inside = Buffer.from(quoted);
  inside.set(addressBytes(FAMILIES.IPv6.serverAddress), 8);
  inside.writeUInt16BE(8080, 40 + 16);
  assertForwarded(
    director.receive(frameOn('client', buildIcmpPacket(header, error))),
    buildIcmpPacket({ ...header, destination: FAMILIES.IPv6.serverAddress, ttl: 63 }, { ...error, quoted: inside }),
  );
});

for (const [inner, outer] of [
  ['IPv4', 'IPv6'],
  ['IPv6', 'IPv4'],
] as const) {
  directorTest(`${inner} in ${outer}: the client is told in its own family's terms`, async (director) => {
    const [inside, around] = [FAMILIES[inner], FAMILIES[outer]];
    director.configure(service([server(around.tunnelAt, 'tun')], { at: inside.vip }));
    const sent = { from: inside.client, to: inside.vip, flags: 'S', payload: new Uint8Array(100) };
    director.receive(sent);
    const packet = buildPacket({ ...sent, ttl: 63 });
    const ends = { source: around.directorAddress, destination: around.serverAddress, protocol: inside.tunnel };
    const tunnelled = buildIp({ ...ends, ttl: 63 }, packet);
    const overhead = outer === 'IPv4' ? 20 : 40;
    for (const [kind, told] of [
      [around.tooBig(1400), inside.tooBig(1400 - overhead)],
      [around.unreachable, inner === 'IPv4' ? { type: 3, code: 1 } : { type: 1, code: 3 }],
    ] as const) {
      const header = { source: around.router, destination: around.directorAddress };
      const back = { source: inside.vipAddress, destination: inside.clientAddress };
      await withWire(director, async (wire) => {
        wire.send('server', buildIcmpPacket(header, errorOf(kind, tunnelled)));
        const [frame] = (await wire.take('client', 1)).map((bytes) => sentFrom('client', bytes));
        assert.ok(frame !== undefined);
        const expected = buildAnswer(back, errorOf(told, quotedOf(packet)), { verdict: VERDICT.redirect, frame });
        assert.deepEqual(frame, sentFrom('client', expected));
      });
    }
  });
}

directorTest('a tunnel whose route got narrower has its next packets fit', (director) => {
  serve(director, 'IPv4', 'tun');
  const sent: PacketSpec = { from: CLIENT, to: VIP, payload: new Uint8Array(1400) };
  director.receive(sent);
  director.receive(sent);
  const ends = { source: ADDRESS_AT_SERVERS, destination: '10.9.2.11', protocol: PROTOCOL.ipip };
  const error = errorOf(FAMILIES.IPv4.tooBig(1300), buildIp({ ...ends, ttl: 63 }, buildPacket({ ...sent, ttl: 63 })));
  const packet = buildIcmpPacket({ source: FAMILIES.IPv4.router, destination: ADDRESS_AT_SERVERS }, error);
  director.receive(frameOn('server', packet), 'server');
  director.receive(sent);
  assert.equal(director.drops('TOO_BIG'), 1, 'the director says so itself');
});
