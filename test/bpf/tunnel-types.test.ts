// VS-TUN by GRE and GUE, with and without checksums.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerEntry, Tunnel, TunnelChecksum } from '../../src/director/mod.ts';
import { type Director, directorTest } from './director.ts';
import { ADDRESS_AT_SERVERS, ADDRESS6_AT_SERVERS, frameOn, sentFrom } from './namespace.ts';
import { assertAnswered, assertForwarded, assertPassed, buildAnswer, quotedOf } from './outcome.ts';
import {
  addressBytes,
  buildIcmpPacket,
  buildPacket,
  ETHERNET_BYTES,
  type IcmpError,
  type PacketSpec,
} from './packet-builder.ts';
import { type Outcome, VERDICT } from './prog-test-run.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';
import { buildTunnelled } from './tunnel-builder.ts';
import { withWire } from './wire.ts';

const GUE_PORT = 6080;
const MTU = 1500;

/** net.ipv4.ip_local_port_range of a new namespace. */
const [FIRST_LOCAL_PORT, LAST_LOCAL_PORT] = [32768, 60999];

/** With the bytes that each takes besides the outer IP header. */
const TUNNELS: readonly (readonly [Tunnel, number])[] = [
  [{ type: 'gre', checksum: 'none' }, 4],
  [{ type: 'gre', checksum: 'full' }, 8],
  [{ type: 'gue', port: GUE_PORT, checksum: 'none' }, 12],
  [{ type: 'gue', port: GUE_PORT, checksum: 'full' }, 12],
  [{ type: 'gue', port: GUE_PORT, checksum: 'remote' }, 12],
];

const CLIENTS = [
  ['IPv4', { from: CLIENT, to: VIP }, 20],
  ['IPv6', { from: CLIENT6, to: VIP6 }, 40],
] as const;

/** Whom the client hears from. */
const ANSWER_ENDS = {
  IPv4: { source: '10.9.1.110', destination: '198.51.100.7' },
  IPv6: { source: 'fd00:9:1::110', destination: '2001:db8:7::7' },
} as const;

const TOO_BIG = { IPv4: { type: 3, code: 4 }, IPv6: { type: 2, code: 0 } } as const;
const HOST_UNREACHABLE = { IPv4: { type: 3, code: 1 }, IPv6: { type: 1, code: 3 } } as const;

const SERVERS = [
  ['IPv4', SERVER, { source: ADDRESS_AT_SERVERS, destination: '10.9.2.11' }, 20],
  ['IPv6', SERVER6, { source: ADDRESS6_AT_SERVERS, destination: 'fd00:9:2::11' }, 40],
] as const;

/** Between director and servers. */
const ROUTER = { IPv4: '192.0.2.77', IPv6: '2001:db8::77' } as const;
/** Of the network behind it. */
const NARROW = 1400;

const NAMES: Record<TunnelChecksum, string> = { none: '', full: ' with checksum', remote: ' with remote checksum' };

function tunnelBy(director: Director, at: string, to: string, tunnel: Tunnel): void {
  const servers: ServerEntry[] = [{ ...server(to, 'tun'), tunnel }];
  director.configure(service(servers, { at }), service(servers, { at, protocol: 'udp' }));
}

/** Of the UDP header behind an outer IP header of so many bytes. */
function sourcePortIn({ frame }: Outcome, outerBytes: number): number {
  return Buffer.from(frame).readUInt16BE(ETHERNET_BYTES + outerBytes);
}

for (const [inner, from, innerBytes] of CLIENTS) {
  for (const [outer, to, ends, outerBytes] of SERVERS) {
    for (const [tunnel, shimBytes] of TUNNELS) {
      const checksum = tunnel.type === 'ipip' ? 'none' : tunnel.checksum;
      const name = `${inner} in ${outer} by ${tunnel.type}${NAMES[checksum]}`;

      const assertTunnelled = (outcome: Outcome, packet: PacketSpec & { ttl: number }) => {
        const dontFragment = inner === 'IPv4' && (packet.dontFragment ?? true);
        const header = {
          ends,
          ttl: packet.ttl - 1,
          dontFragment,
          id: dontFragment ? 0 : Buffer.from(outcome.frame).readUInt16BE(ETHERNET_BYTES + 4),
          sourcePort: sourcePortIn(outcome, outerBytes),
        };
        assertForwarded(outcome, buildTunnelled(header, tunnel, buildPacket({ ...packet, ttl: packet.ttl - 1 })));
      };

      directorTest(`${name}: any packet arrives as it was sent, but for a hop`, (director) => {
        tunnelBy(director, from.to, to, tunnel);
        const fields = fc.record({
          payload: fc.uint8Array({ maxLength: 1300 }),
          ttl: fc.integer({ min: 2, max: 255 }),
          flowLabel: fc.nat(0xfffff),
          dontFragment: fc.boolean(),
          options: fc.constantFrom(new Uint8Array(0), Uint8Array.of(1, 1, 1, 0)),
          // Without a checksum inside the one outside has to be summed up over the payload.
          transport: fc.constantFrom({ flags: 'S' }, {}, { withoutChecksum: true }),
        });
        fc.assert(
          fc.property(fields, ({ transport, ...header }) => {
            const sent = { ...from, ...header, ...transport };
            assertTunnelled(director.receive(sent), sent);
          }),
          { numRuns: 50 },
        );
      });

      directorTest(`${name}: a packet that just fits goes through, a longer one is answered`, (director) => {
        tunnelBy(director, from.to, to, tunnel);
        const room = MTU - outerBytes - shimBytes;
        const fits = { ...from, ttl: 64, payload: new Uint8Array(room - innerBytes - 8) };
        assertTunnelled(director.receive(fits), fits);
        const longer = { ...fits, payload: new Uint8Array(fits.payload.length + 1) };
        const error = { ...TOO_BIG[inner], mtu: room, quoted: quotedOf(longer) };
        assertAnswered(director.receive(longer), ANSWER_ENDS[inner], error);
      });

      const sent = { ...from, flags: 'S', ttl: 64, payload: new Uint8Array(100) };
      const outerOf = (outcome: Outcome) => Buffer.from(outcome.frame.subarray(ETHERNET_BYTES));
      const fromRouter = (error: IcmpError) =>
        buildIcmpPacket({ source: ROUTER[outer], destination: ends.source }, error);
      const tooBig = (quoted: Uint8Array) => fromRouter({ ...TOO_BIG[outer], mtu: NARROW, quoted });
      const mayBeCut = inner === 'IPv6' && outer === 'IPv4';

      directorTest(`${name}: the client is told what a router told about the tunnel`, async (director) => {
        tunnelBy(director, from.to, to, tunnel);
        const about = outerOf(director.receive(sent));
        const quoted = buildPacket({ ...sent, ttl: 63 });
        const errors = [
          [fromRouter({ ...HOST_UNREACHABLE[outer], quoted: about }), { ...HOST_UNREACHABLE[inner], quoted }],
          [tooBig(about), { ...TOO_BIG[inner], mtu: NARROW - outerBytes - shimBytes, quoted }],
        ] as const;
        await withWire(director, async (wire) => {
          for (const [error, told] of mayBeCut ? errors.slice(0, 1) : errors) {
            wire.send('server', error);
            const [frame] = (await wire.take('client', 1)).map((bytes) => sentFrom('client', bytes));
            assert.ok(frame !== undefined);
            const expected = buildAnswer(ANSWER_ENDS[inner], told, { verdict: VERDICT.redirect, frame });
            assert.deepEqual(frame, sentFrom('client', expected));
          }
        });
      });

      directorTest(`${name}: what a router told about another tunnel is the stack's`, (director) => {
        tunnelBy(director, from.to, to, tunnel);
        const quoted = outerOf(director.receive(sent));
        const [sourceAt, stranger] = outer === 'IPv4' ? [12, '192.0.2.99'] : [8, '2001:db8::99'];
        const bytes = addressBytes(stranger);
        const withBytes = (at: number, other: Uint8Array) => {
          const packet = Buffer.from(quoted);
          packet.set(other, at);
          return packet;
        };
        const others = [
          withBytes(sourceAt, bytes),
          withBytes(sourceAt + bytes.length, bytes),
          // Another port of GUE, another protocol in GRE.
          withBytes(outerBytes + 2, Uint8Array.of(0x17, 0xc1)),
          // As little as RFC 792 asks for.
          quoted.subarray(0, outerBytes + 8),
        ];
        for (const packet of others) {
          const frame = frameOn('server', tooBig(packet));
          assertPassed(director.receive(frame, 'server'), frame);
        }
      });

      directorTest(`${name}: what a router told about a tunnel of another type is the stack's`, (director) => {
        tunnelBy(director, from.to, to, { type: 'ipip' });
        director.receive(sent);
        const header = { ends, ttl: 63, dontFragment: inner === 'IPv4', sourcePort: FIRST_LOCAL_PORT };
        const frame = frameOn('server', tooBig(buildTunnelled(header, tunnel, buildPacket({ ...sent, ttl: 63 }))));
        assertPassed(director.receive(frame, 'server'), frame);
      });
    }
  }
}

directorTest("GUE's source port is of the connection, and among the ports that hosts open", (director) => {
  tunnelBy(director, VIP, SERVER, { type: 'gue', port: GUE_PORT, checksum: 'none' });
  const ports = new Set<number>();
  for (let port = 40000; port < 40032; port++) {
    const sent = { from: `198.51.100.7:${port}`, to: VIP, ttl: 64, flags: 'S' };
    const own = new Set([1, 2, 3].map(() => sourcePortIn(director.receive(sent), 20)));
    assert.equal(own.size, 1, 'one connection has one source port');
    for (const sourcePort of own) ports.add(sourcePort);
  }
  assert.ok(ports.size > 24, `32 connections have ${ports.size} source ports`);
  assert.ok([...ports].every((port) => port >= FIRST_LOCAL_PORT && port <= LAST_LOCAL_PORT));
});
