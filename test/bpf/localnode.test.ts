// LocalNode: the server is the director itself. Under VS-DR and VS-TUN packets go up the stack as they came; under VS-NAT
// they are rewritten, and so are the answers as they leave. Neither costs a hop.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { programsOn } from './attached-programs.ts';
import { type Director, directorTest } from './director.ts';
import { ADDRESS_AT_SERVERS, ADDRESS6_AT_SERVERS, frameOn, NIC_NAMES } from './namespace.ts';
import { assertDropped, assertPassed } from './outcome.ts';
import { buildFrame, buildPacket, type PacketSpec } from './packet-builder.ts';
import { type Outcome, TestedProgram } from './prog-test-run.ts';
import { CLIENT, CLIENT6, SERVER, server, service, VIP, VIP6 } from './services.ts';

const FAMILIES = {
  IPv4: { client: CLIENT, vip: VIP, own: `${ADDRESS_AT_SERVERS}:8080`, loopback: '127.0.0.1:8080' },
  IPv6: { client: CLIENT6, vip: VIP6, own: `[${ADDRESS6_AT_SERVERS}]:8080`, loopback: '[::1]:8080' },
} as const;

/** A frame that a director sends: the kernel takes the addresses of packets without a device for those of loopback. */
function frameFromItself(packet: PacketSpec): Uint8Array {
  const nobody = '00:00:00:00:00:00';
  return buildFrame({ source: nobody, destination: nobody }, buildPacket(packet));
}

/** Lets the director send a frame, or, with a device, one that came by it. */
function send(director: Director, frame: Uint8Array, ifindex = 0): Outcome {
  const program = new TestedProgram(join(director.directory, 'lvs_egress'));
  try {
    return director.inside(() => program.run(frame, ifindex));
  } finally {
    program.close();
  }
}

/** Gives the director its loopback and virtual addresses; the file's tests share it, so again is harmless. */
function addOwnAddresses(director: Director): void {
  director.ip('link set lo up');
  for (const address of ['10.9.1.110/32', 'fd00:9:1::110/128']) director.ip(`address replace ${address} dev lo`);
}

function services(to: string, at: string, method: 'nat' | 'dr' | 'tun') {
  return [service([server(to, method)], { at }), service([server(to, method)], { at, protocol: 'udp' })];
}

for (const [family, { client, vip, own, loopback }] of Object.entries(FAMILIES)) {
  for (const method of ['dr', 'tun'] as const) {
    for (const at of [own, loopback, vip]) {
      directorTest(
        `${family}: under ${method} packets for ${at} go up as they came, whatever their TTL`,
        (director) => {
          addOwnAddresses(director);
          director.configure(...services(at, vip, method));
          for (const [flags, ttl] of [
            ['S', 64],
            ['.', 1],
          ] as const) {
            const packet = { from: client, to: vip, flags, ttl };
            assertPassed(director.receive(packet), frameOn('client', packet));
          }
          assert.deepEqual(
            director.plane.readConnections().map(({ state }) => state),
            ['ESTABLISHED'],
          );
          assert.equal(director.flowCount(), 1);
        },
      );
    }
  }

  directorTest(`${family}: under nat any packet arrives at the server, its answer comes from the VIP`, (director) => {
    director.configure(...services(own, vip, 'nat'));
    const fields = fc.record({
      payload: fc.uint8Array({ maxLength: 1300 }),
      ttl: fc.integer({ min: 1, max: 255 }),
      transport: fc.constantFrom({ flags: 'S' }, {}, ...(family === 'IPv4' ? [{ withoutChecksum: true }] : [])),
    });
    fc.assert(
      fc.property(fields, ({ transport, ...rest }) => {
        const packet = { ...rest, ...transport };
        const arrived = director.receive({ ...packet, from: client, to: vip });
        assertPassed(arrived, frameOn('client', { ...packet, from: client, to: own }));
        const left = send(director, frameFromItself({ ...packet, from: own, to: client }));
        assertPassed(left, frameFromItself({ ...packet, from: vip, to: client }));
      }),
      { numRuns: 50 },
    );
  });

  directorTest(`${family}: under nat nothing is let in to the loopback address`, (director) => {
    addOwnAddresses(director);
    director.configure(...services(loopback, vip, 'nat'));
    assertDropped(director.receive({ from: client, to: vip, flags: 'S' }));
    assert.equal(director.drops('NO_ROUTE'), 1);
  });
}

directorTest('under nat both directions move the state, and are counted', (director) => {
  const { client, vip, own } = FAMILIES.IPv4;
  director.configure(service([server(own, 'nat')], { at: vip }));
  const state = () => director.plane.readConnections()[0]?.state;
  director.receive({ from: client, to: vip, flags: 'S' });
  send(director, frameFromItself({ from: own, to: client, flags: 'S.' }));
  director.receive({ from: client, to: vip, flags: '.' });
  assert.equal(state(), 'ESTABLISHED');
  send(director, frameFromItself({ from: own, to: client, flags: 'F.' }));
  assert.equal(state(), 'FIN_WAIT');
  director.receive({ from: client, to: vip, flags: 'F.' });
  assert.equal(state(), 'TIME_WAIT');
  const { inPackets, outPackets } = director.server().counters;
  assert.deepEqual({ inPackets, outPackets }, { inPackets: 3, outPackets: 2 });
});

directorTest('what the director sends of its own, or only passes on, leaves as it is', (director) => {
  const { client, vip, own } = FAMILIES.IPv4;
  director.configure(service([server(own, 'nat')], { at: vip }));
  director.receive({ from: client, to: vip, flags: 'S' });
  const other = frameFromItself({ from: `${ADDRESS_AT_SERVERS}:22`, to: client, flags: 'S.' });
  assertPassed(send(director, other), other);
  const passing = frameOn('server', { from: own, to: client, flags: 'S.' });
  assertPassed(send(director, passing, director.ifindex.server), passing);
});

directorTest('answers are looked at only while the director is a server of VS-NAT', (director) => {
  const programs = (nic: string) => director.inside(() => programsOn(nic, 'egress'));
  const attached = () => NIC_NAMES.filter((nic) => programs(nic).includes('lvs_egress'));
  const { vip, own } = FAMILIES.IPv4;
  assert.deepEqual(attached(), []);
  director.configure(service([server(own, 'dr'), server(SERVER, 'nat')], { at: vip }));
  assert.deepEqual(attached(), []);
  director.configure(service([server(own, 'nat')], { at: vip }));
  assert.deepEqual(attached(), [...NIC_NAMES]);
  director.configure();
  assert.deepEqual(attached(), []);
});
