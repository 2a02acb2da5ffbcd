// The realserver's half of VS-TUN without tunl0: what is for one of its virtual addresses is taken out of the tunnel.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { attachDecapsulation, detachDecapsulation, readDecapsulated } from '../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../src/dataplane/state-directory.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { inNetworkNamespace, interfaceIndex } from '../../src/system/mod.ts';
import { frameOn, makeNamespace, removeNamespace } from './namespace.ts';
import { assertPassed } from './outcome.ts';
import { buildIp, buildPacket, type PacketSpec, PROTOCOL } from './packet-builder.ts';
import { type Outcome, TestedProgram } from './prog-test-run.ts';
import { BPF_MISSING } from './requirements.ts';
import { CLIENT, VIP } from './services.ts';

const VIP_ADDRESS = '10.9.1.110' as Ipv4;
const OTHER = '10.9.1.111:80';
const INNER: PacketSpec = { from: CLIENT, to: VIP, flags: 'S' };
const TUNNEL = { source: '10.9.2.1', destination: '10.9.2.9', protocol: PROTOCOL.ipip };

type Receive = (packet: Uint8Array) => Outcome;

/** A test on a realserver that takes packets for {@link VIP} out. Its work runs in the realserver's namespace. */
function realserverTest(title: string, work: (receive: Receive) => void): void {
  test(title, { skip: BPF_MISSING }, () => {
    const namespace = makeNamespace();
    try {
      inNetworkNamespace(`/run/netns/${namespace}`, () => {
        attachDecapsulation('server', VIP_ADDRESS);
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

realserverTest('a packet for the VIP is taken out, and counted', (receive) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1400 }), fc.nat(255), (payload, tos) => {
      const before = readDecapsulated(VIP_ADDRESS) ?? 0;
      const inner = buildPacket({ ...INNER, payload, tos });
      assertPassed(receive(buildIp({ ...TUNNEL, tos }, inner)), frameOn('server', inner));
      assert.equal(readDecapsulated(VIP_ADDRESS), before + 1);
    }),
  );
});

realserverTest('what is not a whole tunnelled packet for the VIP stays as it is', (receive) => {
  const inner = buildPacket(INNER);
  const packets = [
    inner,
    buildIp(TUNNEL, buildPacket({ ...INNER, to: OTHER })),
    buildIp({ ...TUNNEL, moreFragments: true, dontFragment: false }, inner),
    buildIp({ ...TUNNEL, fragmentOffset: 8, dontFragment: false }, inner),
    buildIp({ ...TUNNEL, options: Uint8Array.of(1, 1, 1, 0) }, inner),
    buildIp({ ...TUNNEL, protocol: PROTOCOL.udp }, inner),
    buildIp(TUNNEL, inner.subarray(0, 19)),
    buildIp(TUNNEL, new Uint8Array(0)),
  ];
  for (const packet of packets) assertPassed(receive(packet), frameOn('server', packet));
  assert.equal(readDecapsulated(VIP_ADDRESS), 0);
});

realserverTest('a second address is taken out beside the first, whose count stays', (receive) => {
  const [inner, other] = [buildPacket(INNER), buildPacket({ ...INNER, to: OTHER })];
  receive(buildIp(TUNNEL, inner));
  attachDecapsulation('server', '10.9.1.111' as Ipv4);
  assertPassed(receive(buildIp(TUNNEL, other)), frameOn('server', other));
  assert.equal(readDecapsulated(VIP_ADDRESS), 1);
  assert.equal(readDecapsulated('10.9.1.111' as Ipv4), 1);
});

realserverTest('detaching forgets the addresses', () => {
  detachDecapsulation('server');
  assert.equal(readDecapsulated(VIP_ADDRESS), undefined);
});
