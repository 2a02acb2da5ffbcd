// The realserver's half of VS-TUN without the kernel's tunnel devices: what is for one of its virtual addresses is taken
// out of the tunnel, whatever families and headers it is made of.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { attachDecapsulation, detachDecapsulation, readDecapsulated } from '../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../src/dataplane/state-directory.ts';
import type { Tunnel } from '../../src/director/mod.ts';
import type { IpAddress } from '../../src/model/mod.ts';
import { inNetworkNamespace, interfaceIndex } from '../../src/system/mod.ts';
import { frameOn, makeNamespace, removeNamespace } from './namespace.ts';
import { assertDropped, assertPassed } from './outcome.ts';
import { buildIp, buildPacket, type PacketSpec, PROTOCOL } from './packet-builder.ts';
import { type Outcome, TestedProgram } from './prog-test-run.ts';
import { BPF_MISSING } from './requirements.ts';
import { CLIENT, CLIENT6, VIP, VIP6 } from './services.ts';
import { buildTunnelled, type TunnelHeader } from './tunnel-builder.ts';

const VIP_ADDRESS = '10.9.1.110' as IpAddress;
const VIP6_ADDRESS = 'fd00:9:1::110' as IpAddress;
const OTHER = '10.9.1.111:80';
const GUE_PORT = 6080;

const INNER: PacketSpec = { from: CLIENT, to: VIP, flags: 'S' };
const INNERS = { IPv4: INNER, IPv6: { from: CLIENT6, to: VIP6, flags: 'S' } } as const;

const ENDS = { source: '10.9.2.1', destination: '10.9.2.9' };
const OUTERS = { IPv4: ENDS, IPv6: { source: 'fd00:9:2::1', destination: 'fd00:9:2::9' } } as const;

const TUNNELS: readonly Tunnel[] = [
  { type: 'ipip' },
  { type: 'gre', checksum: 'none' },
  { type: 'gre', checksum: 'full' },
  { type: 'gue', port: GUE_PORT, checksum: 'none' },
  { type: 'gue', port: GUE_PORT, checksum: 'full' },
];

type Receive = (packet: Uint8Array) => Outcome;

/** A test on a realserver that takes packets for {@link VIP} and {@link VIP6} out. Its work runs in its namespace. */
function realserverTest(title: string, work: (receive: Receive) => void): void {
  test(title, { skip: BPF_MISSING }, () => {
    const namespace = makeNamespace();
    try {
      inNetworkNamespace(`/run/netns/${namespace}`, () => {
        for (const vip of [VIP_ADDRESS, VIP6_ADDRESS]) attachDecapsulation('server', vip, [GUE_PORT]);
        const program = new TestedProgram(join(findStateDirectory()?.path ?? '', 'lvs_decap'));
        try {
          work((packet) => program.run(frameOn('server', packet), interfaceIndex('server') ?? 0));
        } finally {
          program.close();
        }
      });
    } finally {
      removeNamespace(namespace);
    }
  });
}

for (const [outer, ends] of Object.entries(OUTERS)) {
  for (const [inner, spec] of Object.entries(INNERS)) {
    const vip = inner === 'IPv4' ? VIP_ADDRESS : VIP6_ADDRESS;
    realserverTest(
      `${inner} in ${outer}: a packet for the VIP is taken out of every kind of tunnel, and counted`,
      (receive) => {
        const fields = fc.record({
          payload: fc.uint8Array({ maxLength: 1300 }),
          tos: fc.nat(255).filter((tos) => (tos & 3) !== 3),
          flags: fc.constantFrom('S', undefined),
        });
        fc.assert(
          fc.property(fields, fc.constantFrom(...TUNNELS), ({ tos, ...rest }, tunnel) => {
            const before = readDecapsulated(vip) ?? 0;
            const { from, to } = spec;
            const packet = buildPacket({
              from,
              to,
              tos,
              payload: rest.payload,
              ...(rest.flags && { flags: rest.flags }),
            });
            assertPassed(receive(buildTunnelled({ ends, tos }, tunnel, packet)), frameOn('server', packet));
            assert.equal(readDecapsulated(vip), before + 1);
          }),
        );
      },
    );

    realserverTest(
      `${inner} in ${outer}: congestion met in the tunnel is told to the inner packet (RFC 6040)`,
      (receive) => {
        for (const [tos, becomes] of [
          [0x49, 0x4b],
          [0x4a, 0x4b],
          [0x4b, 0x4b],
        ] as const) {
          const packet = buildPacket({ ...spec, tos });
          const expected = frameOn('server', buildPacket({ ...spec, tos: becomes }));
          assertPassed(receive(buildTunnelled({ ends, tos: 3 }, { type: 'ipip' }, packet)), expected);
        }
        assertDropped(receive(buildTunnelled({ ends, tos: 3 }, { type: 'ipip' }, buildPacket(spec))));
      },
    );
  }
}

realserverTest('what is not a whole tunnelled packet for the VIP stays as it is', (receive) => {
  const inner = buildPacket(INNER);
  const tunnelled = (header: Partial<TunnelHeader>, packet = inner, tunnel: Tunnel = { type: 'ipip' }) =>
    buildTunnelled({ ends: ENDS, ...header }, tunnel, packet);
  /** With one byte of the tunnel's headers changed; 20 is the first behind the outer IP header. */
  const changed = (tunnel: Tunnel, at: number, value: number) => {
    const packet = Buffer.from(tunnelled({}, inner, tunnel));
    packet.writeUInt8(value, at);
    return packet;
  };
  const gre = { type: 'gre', checksum: 'none' } as const;
  const gue = { type: 'gue', port: GUE_PORT, checksum: 'none' } as const;
  const packets = [
    inner,
    tunnelled({}, buildPacket({ ...INNER, to: OTHER })),
    tunnelled({ moreFragments: true, dontFragment: false }),
    tunnelled({ fragmentOffset: 8, dontFragment: false }),
    tunnelled({ options: Uint8Array.of(1, 1, 1, 0) }),
    buildIp({ ...ENDS, protocol: PROTOCOL.udp }, inner),
    tunnelled({}, inner.subarray(0, 19)),
    tunnelled({}, new Uint8Array(0)),
    // The inner packet is not what the tunnel says: IPv4 where IPv6 is announced.
    buildIp({ ...ENDS, protocol: PROTOCOL.ipv6 }, buildPacket({ ...INNER, payload: new Uint8Array(40) })),
    // GRE with a key, of another version, of Ethernet frames.
    changed(gre, 20, 0x20),
    changed(gre, 21, 1),
    changed(gre, 22, 0x65),
    // GUE to another port, of another version, a control message, with flags and options of nobody's, with TCP inside.
    tunnelled({}, inner, { ...gue, port: GUE_PORT + 1 }),
    changed(gue, 28, 0x40),
    changed(gue, 28, 0x20),
    changed(gue, 28, 0x01),
    changed(gue, 29, PROTOCOL.tcp),
    changed(gue, 30, 0x80),
    changed(gue, 31, 0x01),
  ];
  for (const packet of packets) assertPassed(receive(packet), frameOn('server', packet));
  assert.equal(readDecapsulated(VIP_ADDRESS), 0);
});

realserverTest('a checksum that the director has left to the realserver is completed', (receive) => {
  const spec = { from: CLIENT, to: VIP, ...({ payload: Uint8Array.from({ length: 1301 }, (_, at) => at) } as const) };
  for (const [transport, offset] of [
    [{}, 20 + 6],
    [{ flags: 'P.' }, 20 + 16],
  ] as const) {
    const whole = buildPacket({ ...spec, ...transport });
    const inner = Buffer.from(whole);
    // What belongs there, less what it is of: the sum of the pseudo-header alone.
    inner.writeUInt16BE(pseudoSum(inner), offset);
    const option = Buffer.from([0x80, 0, 0, 0, 0, 20, 0, offset]);
    const gue = Buffer.alloc(12);
    gue.writeUInt16BE(GUE_PORT, 2);
    gue.writeUInt16BE(12 + option.length + inner.length, 4);
    gue.set([option.length / 4, PROTOCOL.ipip, 0, 1], 8);
    const packet = buildIp({ ...ENDS, protocol: PROTOCOL.udp }, Buffer.concat([gue, option, inner]));
    assertPassed(receive(packet), frameOn('server', whole));
  }
});

/** RFC 1071, over addresses, protocol and length of an IPv4 packet without options. */
function pseudoSum(packet: Buffer): number {
  const words = [12, 14, 16, 18].map((at) => packet.readUInt16BE(at));
  const sum = [...words, packet.readUInt8(9), packet.length - 20].reduce((total, word) => total + word, 0);
  return (sum & 0xffff) + (sum >> 16);
}

realserverTest('a second address is taken out beside the first, whose count stays', (receive) => {
  const [inner, other] = [buildPacket(INNER), buildPacket({ ...INNER, to: OTHER })];
  receive(buildTunnelled({ ends: ENDS }, { type: 'ipip' }, inner));
  attachDecapsulation('server', '10.9.1.111' as IpAddress);
  assertPassed(receive(buildTunnelled({ ends: ENDS }, { type: 'ipip' }, other)), frameOn('server', other));
  assert.equal(readDecapsulated(VIP_ADDRESS), 1);
  assert.equal(readDecapsulated('10.9.1.111' as IpAddress), 1);
});

realserverTest('detaching forgets the addresses', () => {
  detachDecapsulation('server');
  assert.equal(readDecapsulated(VIP_ADDRESS), undefined);
});
