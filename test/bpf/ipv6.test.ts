// IPv6 through VS-NAT and VS-DR: addresses, ports and hop limit change, checksums follow, all else stays.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { buildPacket, type PacketSpec, PROTOCOL } from './packet-builder.ts';
import { paddingExtension } from './packet-fragments.ts';
import { CLIENT6, SERVER6, server, service, VIP6 } from './services.ts';

const OTHER_PORT = '[fd00:9:2::11]:8080';
const SYN: PacketSpec = { from: CLIENT6, to: VIP6, flags: 'S' };

const PROTOCOLS = ['tcp', 'udp'] as const;

function serve(director: Director, at: string, method: 'nat' | 'dr'): void {
  director.configure(...PROTOCOLS.map((protocol) => service([server(at, method)], { at: VIP6, protocol })));
}

directorTest("a client's SYN goes to the server with its address, and the reply back as the VIP's", (director) => {
  serve(director, SERVER6, 'nat');
  assertForwarded(director.receive(SYN), { ...SYN, to: SERVER6, ttl: 63 });
  const reply = { from: SERVER6, to: CLIENT6, flags: 'S.', ttl: 61 };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: VIP6, ttl: 60 }, 'server');
});

const group = fc.integer({ min: 1, max: 0xffff }).map((word) => word.toString(16));
const address = fc.tuple(group, group, group, group, group, group, group).map((words) => `2001:${words.join(':')}`);
const port = fc.integer({ min: 1, max: 65535 });

/** Headers between IPv6's and the transport's: hop-by-hop first, destination options (60) or none. */
const extensions = fc
  .tuple(fc.boolean(), fc.constantFrom(0, 8, 24))
  .map(([hopByHop, bytes]) => [
    ...(hopByHop ? [paddingExtension(PROTOCOL.hopByHop)] : []),
    ...(bytes > 0 ? [paddingExtension(60, bytes)] : []),
  ]);

/** Whatever may vary in a packet that a connection lets through. */
const variation = fc.record({
  payload: fc.uint8Array({ maxLength: 1300 }),
  ttl: fc.integer({ min: 2, max: 255 }),
  tos: fc.nat(255),
  flowLabel: fc.nat(0xfffff),
  extensions,
});

for (const protocol of PROTOCOLS) {
  const flags = protocol === 'tcp' ? { flags: 'S' } : {};

  directorTest(`any ${protocol} packet of a NAT connection is rewritten as if built anew, both ways`, (director) => {
    serve(director, OTHER_PORT, 'nat');
    fc.assert(
      fc.property(address, port, variation, variation, (clientAddress, clientPort, request, reply) => {
        const client = `[${clientAddress}]:${clientPort}`;
        const sent = { ...request, ...flags, from: client, to: VIP6 };
        assertForwarded(director.receive(sent), { ...sent, to: OTHER_PORT, ttl: sent.ttl - 1 });
        const answered = { ...reply, ...flags, from: OTHER_PORT, to: client };
        const expected = { ...answered, from: VIP6, ttl: answered.ttl - 1 };
        assertForwarded(director.receive(answered, 'server'), expected, 'server');
      }),
    );
  });

  directorTest(`nothing of a ${protocol} packet changes under VS-DR but its hop limit`, (director) => {
    serve(director, SERVER6, 'dr');
    fc.assert(
      fc.property(variation, (fields) => {
        const sent = { from: CLIENT6, to: VIP6, ...fields, ...flags };
        assertForwarded(director.receive(sent), { ...sent, ttl: sent.ttl - 1 });
      }),
    );
  });
}

directorTest('a datagram whose new checksum would be zero gets ffff, which does not mean none', (director) => {
  serve(director, SERVER6, 'nat');
  const request = (word: number) => ({ from: CLIENT6, to: VIP6, payload: Uint8Array.of(word >> 8, word & 0xff) });
  const rewritten = (word: number) => ({ ...request(word), to: SERVER6, ttl: 63 });
  const word = Buffer.from(buildPacket(rewritten(0))).readUInt16BE(46);
  assert.equal(Buffer.from(buildPacket(rewritten(word))).readUInt16BE(46), 0xffff);
  assertForwarded(director.receive(request(word)), rewritten(word));
});

directorTest('a packet of a connection that is counted has the length of its IPv6 packet', (director) => {
  serve(director, SERVER6, 'nat');
  director.receive({ ...SYN, payload: new Uint8Array(100) });
  const { counters } = director.plane
    .readStatus()
    .flatMap(({ servers }) => servers)
    .find((status) => status.counters.inPackets > 0) ?? { counters: undefined };
  assert.equal(counters?.inBytes, 40 + 20 + 100);
});

directorTest('what is for no service goes up the stack as it came', (director) => {
  serve(director, SERVER6, 'nat');
  for (const packet of [
    { ...SYN, to: '[fd00:9:1::110]:81' },
    { ...SYN, to: '[fd00:9:1::111]:80' },
    { ...SYN, to: '[fd00:9:1::111]:80', extensions: [paddingExtension(PROTOCOL.hopByHop)] },
  ]) {
    const frame = frameOn('client', packet);
    assertPassed(director.receive(frame), frame);
  }
});
