// Packets that are merged of segments, as NICs and senders on the same machine make them: it is the segments that have to
// fit into the next hop's MTU.

import assert from 'node:assert/strict';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertAnswered, assertForwarded, quotedOf } from './outcome.ts';
import { buildPacket, checksum, ETHERNET_BYTES, type PacketSpec } from './packet-builder.ts';
import { VERDICT } from './prog-test-run.ts';
import { buildSctp } from './sctp-packets.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';

const MTU = 1500;
const TCP_OPTION_BYTES = 12;

const FAMILIES = [
  {
    family: 'IPv4',
    ends: { from: CLIENT, to: VIP },
    at: SERVER,
    ipBytes: 20,
    errorBytes: 28,
    answerEnds: { source: '10.9.1.110', destination: '198.51.100.7' },
    tooBig: { type: 3, code: 4, mtu: MTU },
  },
  {
    family: 'IPv6',
    ends: { from: CLIENT6, to: VIP6 },
    at: SERVER6,
    ipBytes: 40,
    errorBytes: 48,
    answerEnds: { source: 'fd00:9:1::110', destination: '2001:db8:7::7' },
    tooBig: { type: 2, code: 0, mtu: MTU },
  },
] as const;

const TRANSPORTS = [
  { transport: 'tcp', flags: { flags: '.' }, headerBytes: 20 + TCP_OPTION_BYTES, checksumAt: 16 },
  { transport: 'udp', flags: {}, headerBytes: 8, checksumAt: 6 },
] as const;

/** Three segments at once, those of TCP with options. */
function merged(spec: PacketSpec, ipBytes: number): Uint8Array {
  const packet = Buffer.from(buildPacket({ ...spec, payload: new Uint8Array(3000).fill(1) }));
  if (spec.flags !== undefined) packet.writeUInt8(((20 + TCP_OPTION_BYTES) / 4) * 16, ipBytes + 12);
  return packet;
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

/** With a connection. */
function serve(
  director: Director,
  at: string,
  transport: 'tcp' | 'udp',
  method: 'nat' | 'dr' | 'tun',
  ends: Ends,
): void {
  director.configure(service([server(at, method)], { at: ends.to, protocol: transport }));
  director.receive({ ...ends, ...(transport === 'tcp' ? { flags: 'S' } : {}) });
}

for (const { family, ends, at, ipBytes, errorBytes, answerEnds, tooBig } of FAMILIES) {
  for (const { transport, flags, headerBytes, checksumAt } of TRANSPORTS) {
    const packet = merged({ ...ends, ...flags }, ipBytes);
    const frame = frameOn('client', packet);
    const fitting = MTU - ipBytes - headerBytes;

    for (const method of ['nat', 'dr'] as const) {
      directorTest(
        `${family}, ${method}: ${transport} segments that just fit go through, longer ones are answered`,
        (director) => {
          serve(director, at, transport, method, ends);
          assert.equal(director.receive(frame, 'client', 0, fitting).verdict, VERDICT.redirect);
          assert.equal(director.drops(), 0);

          const outcome = director.receive(frame, 'client', 0, fitting + 1);
          assert.equal(director.drops('TOO_BIG'), 1);
          // The kernel is still to fill the checksum in, and finds the right one there.
          const quoted = Buffer.from(quotedOf(packet));
          const told = Buffer.from(outcome.frame).readUInt16BE(ETHERNET_BYTES + errorBytes + ipBytes + checksumAt);
          quoted.writeUInt16BE(told, ipBytes + checksumAt);
          assert.equal(checksum(quoted.subarray(ipBytes)), told);
          assertAnswered(outcome, answerEnds, { ...tooBig, quoted });
        },
      );
    }

    directorTest(
      `${family}, tun: ${transport} segments are not too big for want of room for the tunnel's header`,
      (director) => {
        serve(director, at, transport, 'tun', ends);
        director.receive(frame, 'client', 0, fitting);
        assert.equal(director.drops('TOO_BIG'), 0);
      },
    );
  }
}

directorTest('segments that may be cut into fragments go through', (director) => {
  serve(director, SERVER, 'udp', 'dr', { from: CLIENT, to: VIP });
  const spec = { from: CLIENT, to: VIP, dontFragment: false, payload: new Uint8Array(3000) };
  assertForwarded(director.receive(frameOn('client', spec), 'client', 0, 1500), { ...spec, ttl: 63 });
});

directorTest("SCTP's bundles, whose packets' lengths are not told, go through", (director) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'sctp' }));
  const spec = { from: CLIENT, to: VIP, chunks: ['init'], chunkBytes: 3000 } as const;
  const frame = frameOn('client', buildSctp(spec));
  assert.equal(director.receive(frame, 'client', 0, 0xffff).verdict, VERDICT.redirect);
  assert.equal(director.drops(), 0);
});
