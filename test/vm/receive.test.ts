// What fragments are together, as recordings say it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildIp, PROTOCOL } from '../bpf/packet-builder.ts';
import { filler, fragments, udp } from './packets/build.ts';
import { putTogether } from './packets/receive.ts';

const DATAGRAMS = [
  udp('c1:1025', 'vip:80', filler(8000), { dontFragment: false, ttl: 9, tos: 0x10 }),
  udp('c1v6:1025', 'vipv6:80', filler(8000), { ttl: 9 }),
];

function inTunnel(packet: Uint8Array): Uint8Array {
  const protocol = (packet[0] ?? 0) >> 4 === 6 ? PROTOCOL.ipv6 : PROTOCOL.ipip;
  return buildIp({ source: '10.2.0.1', destination: '10.2.0.21', protocol, dontFragment: false }, packet);
}

function assertIs(found: readonly Uint8Array[], datagram: Uint8Array): void {
  assert.deepEqual(
    found.map((bytes) => Buffer.from(bytes).toString('hex')),
    [Buffer.from(datagram).toString('hex')],
  );
}

describe('putTogether', () => {
  for (const datagram of DATAGRAMS) {
    const family = `IPv${(datagram[0] ?? 0) >> 4}`;

    it(`finds a datagram's fragments in any order, ${family}`, () => {
      assertIs(putTogether(fragments(datagram, 1448).toReversed()), datagram);
    });

    it(`takes them out of their tunnels, ${family}`, () => {
      assertIs(putTogether(fragments(datagram, 1400).map(inTunnel)), datagram);
    });

    it(`takes what it has put together out of its tunnel, ${family}`, () => {
      assertIs(putTogether(fragments(inTunnel(datagram), 1448)), datagram);
    });

    it(`leaves out what lacks a fragment, or is whole, ${family}`, () => {
      const pieces = fragments(datagram, 1448);
      for (const lost of pieces.keys()) assert.deepEqual(putTogether(pieces.toSpliced(lost, 1)), []);
      assert.deepEqual(putTogether([datagram, inTunnel(datagram)]), []);
    });
  }
});
