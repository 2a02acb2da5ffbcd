// VS-TUN: the packet goes to the server inside an IP-in-IP packet (RFC 2003).

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Director, directorTest } from './director.ts';
import { ADDRESS_AT_SERVERS } from './namespace.ts';
import { assertAnswered, assertDropped, assertForwarded } from './outcome.ts';
import { buildIp, buildPacket, type PacketSpec, PROTOCOL } from './packet-builder.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';

const SERVER_ADDRESS = '10.9.2.11';

/** Of the link to the servers, and how much of it is left inside the tunnel. */
const MTU = 1500;
const TUNNEL_MTU = MTU - 20;

const SYN = { from: CLIENT, to: VIP, flags: 'S' };

/** `packet` as the server gets it: a hop older, in a packet with its TTL, TOS, ID and DF. */
function encapsulated(packet: PacketSpec & { ttl: number }): Uint8Array {
  const inner = { ...packet, ttl: packet.ttl - 1 };
  const ends = { source: ADDRESS_AT_SERVERS, destination: SERVER_ADDRESS, protocol: PROTOCOL.ipip };
  const { options: _, ...shared } = inner;
  return buildIp({ ...shared, ...ends }, buildPacket(inner));
}

function tunnelTo(director: Director): void {
  director.configure(service([server(SERVER, 'tun')]), service([server(SERVER, 'tun')], { protocol: 'udp' }));
}

directorTest('the packet is put into one from the director to the server', (director) => {
  tunnelTo(director);
  const sent = { ...SYN, ttl: 64 };
  assertForwarded(director.receive(sent), encapsulated(sent));
});

directorTest('the outer header takes TTL, TOS, ID and DF from the inner one, and no options', (director) => {
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
      assertForwarded(director.receive(sent), encapsulated(sent));
    }),
  );
});

directorTest('a packet that just fits into the tunnel goes through', (director) => {
  tunnelTo(director);
  const sent = { from: CLIENT, to: VIP, ttl: 64, payload: new Uint8Array(TUNNEL_MTU - 28) };
  assertForwarded(director.receive(sent), encapsulated(sent));
});

directorTest(
  'a packet too big for the tunnel that must not be fragmented is answered with what would fit',
  (director) => {
    tunnelTo(director);
    const sent = { from: CLIENT, to: VIP, payload: new Uint8Array(TUNNEL_MTU - 28 + 1) };
    assertAnswered(
      director.receive(sent),
      { source: '10.9.1.110', destination: '198.51.100.7' },
      { type: 3, code: 4, mtu: TUNNEL_MTU, quoted: buildPacket(sent).subarray(0, 28) },
    );
    assert.equal(director.drops('TOO_BIG'), 1);
  },
);

directorTest('a packet too big for the tunnel that could be fragmented is dropped, and counted so', (director) => {
  tunnelTo(director);
  const payload = new Uint8Array(TUNNEL_MTU - 28 + 1);
  assertDropped(director.receive({ from: CLIENT, to: VIP, payload, dontFragment: false }));
  assert.equal(director.drops('TOO_BIG'), 1);
});
