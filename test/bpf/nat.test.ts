// VS-NAT: what the client sends goes to the server's address and port, what the server sends comes from the VIP.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ipv4FromNumber } from '../../src/model/mod.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { buildPacket, type PacketSpec } from './packet-builder.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';

const OTHER_PORT = '10.9.2.11:8080';

const SYN: PacketSpec = { from: CLIENT, to: VIP, flags: 'S' };

function serveTcp(director: Director, at: string): void {
  director.configure(service([server(at, 'nat')]));
}

function serveUdp(director: Director, at: string): void {
  director.configure(service([server(at, 'nat')], { protocol: 'udp' }));
}

directorTest("a client's SYN goes to the server with its address, one hop older, with right checksums", (director) => {
  serveTcp(director, SERVER);
  assertForwarded(director.receive(SYN), { ...SYN, to: SERVER, ttl: 63 });
});

directorTest("the server's reply goes to the client as the VIP's", (director) => {
  serveTcp(director, SERVER);
  director.receive(SYN);
  const reply = { from: SERVER, to: CLIENT, flags: 'S.', ttl: 61, id: 0 };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: VIP, ttl: 60 }, 'server');
});

directorTest("a server's other port is written in, and taken out of its replies", (director) => {
  serveTcp(director, OTHER_PORT);
  assertForwarded(director.receive(SYN), { ...SYN, to: OTHER_PORT, ttl: 63 });
  const reply = { from: OTHER_PORT, to: CLIENT, flags: 'S.' };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: VIP, ttl: 63 }, 'server');
});

directorTest('a datagram is rewritten both ways', (director) => {
  serveUdp(director, OTHER_PORT);
  const request = { from: CLIENT, to: VIP, payload: Buffer.from('who is there') };
  assertForwarded(director.receive(request), { ...request, to: OTHER_PORT, ttl: 63 });
  const reply = { from: OTHER_PORT, to: CLIENT, payload: Buffer.from('sneezy') };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: VIP, ttl: 63 }, 'server');
});

directorTest('a datagram without a checksum stays without one', (director) => {
  serveUdp(director, OTHER_PORT);
  const request = { from: CLIENT, to: VIP, payload: Uint8Array.of(1, 2, 3), withoutChecksum: true };
  assertForwarded(director.receive(request), { ...request, to: OTHER_PORT, ttl: 63 });
});

directorTest('a datagram whose new checksum would be zero gets ffff, which does not mean none', (director) => {
  serveUdp(director, SERVER);
  const request = (word: number) => ({ from: CLIENT, to: VIP, payload: Uint8Array.of(word >> 8, word & 0xff) });
  const rewritten = (word: number) => ({ ...request(word), to: SERVER, ttl: 63 });
  // The checksum falls by as much as the payload's word rises: this word brings it to zero.
  const word = Buffer.from(buildPacket(rewritten(0))).readUInt16BE(26);
  assert.equal(Buffer.from(buildPacket(rewritten(word))).readUInt16BE(26), 0xffff);
  assertForwarded(director.receive(request(word)), rewritten(word));
});

const address = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 254 }))
  .map((octets) => octets.join('.'));
const port = fc.integer({ min: 1, max: 65535 });

/** Whatever may vary in a packet that a connection lets through. */
const variation = fc.record({
  payload: fc.uint8Array({ maxLength: 1400 }),
  ttl: fc.integer({ min: 2, max: 255 }),
  tos: fc.nat(255),
  id: fc.nat(65535),
  dontFragment: fc.boolean(),
  // No-operation options (RFC 791), up to the longest header.
  options: fc.nat(10).map((words) => new Uint8Array(words * 4).fill(1)),
});

for (const protocol of ['tcp', 'udp'] as const) {
  directorTest(
    `any ${protocol} packet of a connection is rewritten as if built anew, in both directions`,
    (director) => {
      director.configure(service([server(OTHER_PORT, 'nat')], { protocol }));
      const flags = protocol === 'tcp' ? { flags: 'S' } : {};
      fc.assert(
        fc.property(address, port, variation, variation, (clientAddress, clientPort, request, reply) => {
          const client = `${clientAddress}:${clientPort}`;
          const sent = { ...request, ...flags, from: client, to: VIP };
          assertForwarded(director.receive(sent), { ...sent, to: OTHER_PORT, ttl: sent.ttl - 1 });
          const answered = { ...reply, ...flags, from: OTHER_PORT, to: client };
          const expected = { ...answered, from: VIP, ttl: answered.ttl - 1 };
          assertForwarded(director.receive(answered, 'server'), expected, 'server');
        }),
      );
    },
  );
}

directorTest('what pads a short frame is left behind the packet', (director) => {
  serveTcp(director, SERVER);
  const padding = Buffer.alloc(6, 0xaa);
  const padded = (packet: PacketSpec) => Buffer.concat([buildPacket(packet), padding]);
  const outcome = director.receive(frameOn('client', padded(SYN)));
  assertForwarded(outcome, padded({ ...SYN, to: SERVER, ttl: 63 }));
});

/** Where a flow's packets are sent: device and next hop, as bpf_redirect_neigh() is told. */
function hops(director: Director): string[] {
  return [...director.maps.flows.entries()].map(({ value }) => {
    const nic = value.hop_ifindex === director.ifindex.server ? 'server' : 'client';
    return `${nic} ${ipv4FromNumber(value.hop_addr[0] ?? 0)}`;
  });
}

directorTest(
  'each direction is sent along its own route: to the server itself, and to the router of the client',
  (director) => {
    serveTcp(director, SERVER);
    director.receive(SYN);
    director.receive({ from: SERVER, to: CLIENT, flags: 'S.' }, 'server');
    assert.deepEqual(hops(director).sort(), ['client 10.9.1.1', 'server 10.9.2.11']);
  },
);

directorTest("a server's packet that belongs to no connection is left to the stack", (director) => {
  serveTcp(director, SERVER);
  director.receive(SYN);
  const stray = frameOn('server', { from: SERVER, to: '198.51.100.7:40001', flags: 'S.' });
  assertPassed(director.receive(stray, 'server'), stray);
});
