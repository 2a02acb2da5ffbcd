// What is not for a virtual service, or can't be told to be, is left to the stack byte for byte.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openDataPlane } from '../../src/dataplane/mod.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertPassed } from './outcome.ts';
import { buildPacket, checksum, ETHERTYPE, type PacketSpec } from './packet-builder.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';
import { withWire } from './wire.ts';

const SYN: PacketSpec = { from: CLIENT, to: VIP, flags: 'S', payload: Buffer.from('0123456789') };
const DATAGRAM: PacketSpec = { from: CLIENT, to: VIP };

function serve(director: Director): void {
  const servers = [server(SERVER, 'nat')];
  director.configure(service(servers), service(servers, { protocol: 'udp' }));
}

/** Recent kernels' BPF_PROG_TEST_RUN (seen on 6.18) refuses an IPv4 packet shorter than its header by itself. */
const IPV6_HEADER_BYTES = 40;
const SHORTEST_BYTES = 20;

/** Takes each frame for none of the director's business: it passes, and leaves no trace. */
function assertIgnored(director: Director, frames: readonly Uint8Array[]): void {
  for (const frame of frames) assertPassed(director.receive(frame), frame);
  assert.equal(director.flowCount(), 0);
  assert.equal(director.drops(), 0);
}

directorTest('packets to other addresses, ports and protocols pass', (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  const others = [{ ...SYN, to: '10.9.1.9:80' }, { ...SYN, to: '10.9.1.110:81' }, DATAGRAM];
  assertIgnored(
    director,
    others.map((packet) => frameOn('client', packet)),
  );
});

directorTest('only a SYN opens a TCP connection: anything else without one passes', (director) => {
  serve(director);
  const flags = ['', '.', 'R', 'SR', 'F', 'F.', 'P.', 'R.'];
  assertIgnored(
    director,
    flags.map((some) => frameOn('client', { ...SYN, flags: some })),
  );
});

directorTest('a packet whose header length is less than a header passes', (director) => {
  serve(director);
  const frames = [0, 1, 4].map((words) => {
    const frame = frameOn('client', SYN);
    frame[14] = 0x40 + words;
    return frame;
  });
  assertIgnored(director, frames);
});

directorTest('a packet that ends within its headers passes', (director) => {
  serve(director);
  const options = new Uint8Array(40).fill(1);
  const packets = [SYN, DATAGRAM, { ...SYN, options }, { ...DATAGRAM, options }].map(buildPacket);
  const cut = packets.flatMap((packet) => {
    const headerBytes = ((packet[0] ?? 0) & 15) * 4 + (packet[9] === 6 ? 20 : 8);
    return Array.from({ length: headerBytes - SHORTEST_BYTES }, (_, more) => packet.subarray(0, SHORTEST_BYTES + more));
  });
  assertIgnored(
    director,
    cut.map((packet) => frameOn('client', packet)),
  );
});

directorTest('other protocols than IPv4 pass, whatever is inside', (director) => {
  serve(director);
  const frames = [0x86dd, 0x0806, 0x8100, 0x88cc].map((etherType) => {
    const frame = frameOn('client', SYN);
    frame.set([etherType >> 8, etherType & 0xff], 12);
    return frame;
  });
  assertIgnored(director, frames);
});

directorTest('no frame of random bytes is touched', (director) => {
  serve(director);
  // The kernel runs nothing on what says that it is IPv6 and is shorter than its header.
  const bytes = fc.uint8Array({ minLength: IPV6_HEADER_BYTES, maxLength: 1500 });
  fc.assert(fc.property(bytes, (packet) => assertIgnored(director, [frameOn('client', packet)])));
});

directorTest('a frame for another host, or for all of them, passes', (director) => {
  serve(director);
  const frames = ['02:00:00:00:01:77', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01'].map((mac) => {
    const frame = frameOn('client', SYN);
    frame.set(mac.split(':').map((byte) => Number.parseInt(byte, 16)));
    return frame;
  });
  assertIgnored(director, frames);
});

const VLAN_ETHERTYPE = 0x8100;

/** A frame with a tag of IEEE 802.1Q. */
function taggedFrame(vlan: number, packet: PacketSpec): Uint8Array {
  const tag = Uint8Array.of(vlan >> 8, vlan & 0xff, ETHERTYPE.ipv4 >> 8, ETHERTYPE.ipv4 & 0xff);
  return frameOn('client', Buffer.concat([tag, buildPacket(packet)]), VLAN_ETHERTYPE);
}

directorTest('what has the tag of a VLAN passes; VLAN 0 is none', async (director) => {
  serve(director);
  const [ofVlan, ofPriority, untagged] = ['40001', '40002', '40003'].map((port) => ({
    ...SYN,
    from: CLIENT.replace(/\d+$/, port),
  })) as [PacketSpec, PacketSpec, PacketSpec];
  await withWire(director, async (wire) => {
    wire.sendFrame('client', taggedFrame(100, ofVlan));
    wire.sendFrame('client', taggedFrame(0, ofPriority));
    wire.send('client', untagged);
    const expected = [ofPriority, untagged].map((packet) => buildPacket({ ...packet, to: SERVER, ttl: 63 }));
    assert.deepEqual(
      await wire.take('server', 2),
      expected.map((packet) => Uint8Array.from(packet)),
    );
  });
  assert.equal(director.flowCount(), 4);
  assert.equal(director.drops(), 0);
});

const VLAN_DEVICE = 'link add link client name tagged type vlan id 100';
const TOWARDS_CLIENTS = [
  'address add 10.9.5.9/24 dev tagged',
  'link set tagged up',
  'neighbour add 10.9.5.1 lladdr 02:00:00:00:01:01 dev tagged nud permanent',
  'route add 198.51.100.0/24 via 10.9.5.1 dev tagged',
];

directorTest("a VLAN's packets are balanced on its device", async (director, t) => {
  try {
    director.ip(VLAN_DEVICE);
  } catch {
    t.skip('needs VLAN devices');
    return;
  }
  try {
    for (const command of TOWARDS_CLIENTS) director.ip(command);
    director.inside(() => openDataPlane().close());
    serve(director);
    await withWire(director, async (wire) => {
      wire.sendFrame('client', taggedFrame(100, SYN));
      assert.deepEqual(await wire.take('server', 1), [Uint8Array.from(buildPacket({ ...SYN, to: SERVER, ttl: 63 }))]);
      const reply = { from: SERVER, to: CLIENT, flags: 'S.' };
      wire.send('server', reply);
      assert.deepEqual(await wire.take('client', 1), [Uint8Array.from(buildPacket({ ...reply, from: VIP, ttl: 63 }))]);
    });
  } finally {
    director.ip('link delete tagged');
  }
});

/** `packet` with one byte of its header changed, and a header checksum that is right for it. */
function withHeaderByte(packet: PacketSpec, offset: number, value: number): Uint8Array {
  const bytes = Uint8Array.from(buildPacket(packet));
  bytes.set([0, 0], 10);
  bytes[offset] = value;
  const sum = checksum(bytes.subarray(0, 20));
  bytes.set([sum >> 8, sum & 0xff], 10);
  return bytes;
}

directorTest(
  'a packet of another version, or whose length says less than its headers or more than the frame, passes',
  (director) => {
    serve(director);
    const [tcpBytes, udpBytes] = [buildPacket(SYN).length, buildPacket(DATAGRAM).length];
    const packets = [
      withHeaderByte(SYN, 0, 0x65),
      withHeaderByte(SYN, 3, 39),
      withHeaderByte(DATAGRAM, 3, 27),
      withHeaderByte(SYN, 3, tcpBytes + 1),
      withHeaderByte(DATAGRAM, 3, udpBytes + 1),
    ];
    assertIgnored(
      director,
      packets.map((packet) => frameOn('client', packet)),
    );
  },
);
