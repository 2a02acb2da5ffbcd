// Packets that the stack drops before the kernel's IPVS would see them (ip_rcv_core, ip_route_input_slow, ip_rcv_options,
// ip6_rcv_core, v6.1) open no connection, end none, and are left to it.

import assert from 'node:assert/strict';
import type { Persistence } from '../../src/director/mod.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn, type NicName } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import type { PacketSpec } from './packet-builder.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, CLIENT6, SERVER, SERVER6, server, service, VIP, VIP6 } from './services.ts';

const SYN: PacketSpec = { from: CLIENT, to: VIP, flags: 'S' };
const DATAGRAM: PacketSpec = { from: CLIENT, to: VIP, payload: Buffer.from('a question') };

function serve(director: Director): void {
  const [servers, servers6] = [[server(SERVER, 'nat')], [server(SERVER6, 'nat')]];
  director.configure(
    service(servers),
    service(servers, { protocol: 'udp' }),
    service(servers6, { at: VIP6 }),
    service(servers6, { at: VIP6, protocol: 'udp' }),
  );
}

function assertRefused(director: Director, frame: Uint8Array, nic: NicName = 'client'): void {
  const before = director.flowCount();
  assertPassed(director.receive(frame, nic), frame);
  assert.equal(director.flowCount(), before);
  assert.equal(director.drops(), 0);
}

/** The frame of a packet whose IPv4 header does not have the checksum that it says. */
function damaged(packet: PacketSpec, nic: NicName = 'client'): Uint8Array {
  const frame = frameOn(nic, packet);
  frame[18] = (frame[18] ?? 0) ^ 1; // of the identification
  return frame;
}

const NEVER_SOURCES = ['0.0.0.0', '127.0.0.1', '127.255.255.255', '224.0.0.1', '239.255.255.255', '255.255.255.255'];
const NEVER_SOURCES6 = ['[::]', '[::1]', '[ff02::1]', '[ff00::]'];
/** Just beside them. */
const SOURCES = ['0.0.0.1', '126.255.255.255', '128.0.0.1', '223.255.255.255', '240.0.0.1', '255.255.255.254'];
const SOURCES6 = ['[::2]', '[1::]', '[fe00::1]', '[0:0:1::]'];

directorTest('what says that it comes from where nothing comes from opens nothing', (director) => {
  serve(director);
  for (const flags of [{ flags: 'S' }, {}]) {
    for (const source of NEVER_SOURCES) {
      assertRefused(director, frameOn('client', { from: `${source}:40000`, to: VIP, ...flags }));
    }
    for (const source of NEVER_SOURCES6) {
      assertRefused(director, frameOn('client', { from: `${source}:40000`, to: VIP6, ...flags }));
    }
  }
});

directorTest('what says that it comes from where it goes opens nothing', (director) => {
  serve(director);
  assertRefused(director, frameOn('client', { ...SYN, from: VIP }));
  assertRefused(director, frameOn('client', { ...DATAGRAM, from: VIP.replace(':80', ':81') }));
  assertRefused(director, frameOn('client', { ...SYN, from: VIP6, to: VIP6 }));
});

directorTest('addresses beside those are served', (director) => {
  serve(director);
  const packets = [
    ...SOURCES.map((source) => ({ from: `${source}:40000`, to: VIP, flags: 'S' })),
    ...SOURCES6.map((source) => ({ from: `${source}:40000`, to: VIP6, flags: 'S' })),
    { from: CLIENT6, to: VIP6 },
  ];
  for (const packet of packets) assert.equal(director.receive(packet).verdict, VERDICT.redirect, packet.from);
  assert.equal(director.flowCount(), 2 * packets.length);
});

for (const options of [new Uint8Array(0), Uint8Array.of(1, 1, 1, 0), new Uint8Array(40).fill(1)]) {
  directorTest(`a wrong header checksum opens nothing, with ${options.length} bytes of options`, (director) => {
    serve(director);
    for (const packet of [SYN, DATAGRAM]) {
      assertRefused(director, damaged({ ...packet, options }));
      assertForwarded(director.receive({ ...packet, options }), { ...packet, options, to: SERVER, ttl: 63 });
    }
  });
}

directorTest('a first fragment with a wrong header checksum opens nothing, and is remembered as passed', (director) => {
  serve(director);
  assertRefused(director, damaged({ ...DATAGRAM, moreFragments: true, dontFragment: false }));
  assert.equal(director.datagramCount(), 1);
});

directorTest('a SYN with a wrong header checksum ends no connection that is over', (director) => {
  serve(director);
  director.receive(SYN);
  director.receive({ from: SERVER, to: CLIENT, flags: 'R' }, 'server');
  assert.equal(director.plane.readConnections()[0]?.state, 'CLOSE');
  assertRefused(director, damaged(SYN));
  assert.equal(director.service().counters.connections, 1);
});

directorTest('a server opens no call by a packet with a wrong header checksum', (director) => {
  const persistence = {
    timeoutS: 300,
    netmask: '255.255.255.255' as Ipv4,
    engine: 'sip',
  } as const satisfies Persistence;
  director.configure(service([server(SERVER, 'nat')], { protocol: 'udp', persistence }));
  const payload = Buffer.from('INVITE sip:user@host SIP/2.0\r\nCall-ID: one\r\n\r\n');
  const call = { from: SERVER, to: CLIENT, payload };
  assertRefused(director, damaged(call, 'server'), 'server');
  assertForwarded(director.receive(call, 'server'), { ...call, from: VIP, ttl: 63 }, 'server');
});

const REFUSED_OPTIONS: Readonly<Record<string, readonly number[]>> = {
  'a loose source route': [131, 7, 4, 10, 0, 0, 1, 0],
  'a strict source route': [137, 7, 8, 10, 0, 0, 1, 0],
  'a source route behind others': [1, 148, 4, 0, 0, 1, 131, 7, 4, 10, 0, 0],
  'an option without a length': [1, 1, 1, 7],
  'an option shorter than its header': [7, 1, 0, 0],
  'an option longer than the header': [7, 5, 0, 0],
};

for (const [what, options] of Object.entries(REFUSED_OPTIONS)) {
  directorTest(`${what} opens nothing`, (director) => {
    serve(director);
    for (const packet of [SYN, DATAGRAM]) {
      assertRefused(director, frameOn('client', { ...packet, options: Uint8Array.from(options) }));
    }
  });
}

directorTest('other options are none of its business, nor what follows their end', (director) => {
  serve(director);
  for (const bytes of [
    [148, 4, 0, 0],
    [7, 7, 4, 0, 0, 0, 0, 1],
    [0, 131, 7, 4],
  ]) {
    const options = Uint8Array.from(bytes);
    assertForwarded(director.receive({ ...SYN, options }), { ...SYN, options, to: SERVER, ttl: 63 });
  }
});
