// The short way (XDP): of what comes in by a NIC it takes what is addressed to the NIC, and leaves the rest to the stack.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { BpfMap, U32, U64 } from '../../src/dataplane/bpf-map.ts';
import { listAttachments, openDataPlane, setAttachMode } from '../../src/dataplane/mod.ts';
import { runCommand } from '../../src/system/mod.ts';
import { needing } from '../netns/support/programs.ts';
import { type Director, directorTest, until } from './director.ts';
import { frameOn } from './namespace.ts';
import type { PacketSpec } from './packet-builder.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';
import { type Wire, withWire } from './wire.ts';

const DATAGRAM: PacketSpec = { from: CLIENT, to: VIP, payload: Buffer.from('a question') };
const OWN_MAC = '02:00:00:00:01:09';
const OTHER_MAC = '02:00:00:00:01:77';

function frameTo(mac: string): Uint8Array {
  const frame = frameOn('client', DATAGRAM);
  frame.set(mac.split(':').map((byte) => Number.parseInt(byte, 16)));
  return frame;
}

/** With the program in the drivers of both NICs, whose far ends take its frames, and a connection that it knows. */
async function withXdp(director: Director, work: (wire: Wire) => Promise<void>): Promise<void> {
  director.configure(service([server(SERVER, 'nat')], { protocol: 'udp' }));
  director.inside(() => {
    for (const far of ['client-far', 'server-far']) runCommand(['ethtool', '-K', far, 'gro', 'on']);
    setAttachMode('xdp', true);
  });
  try {
    await withWire(director, async (wire) => {
      wire.send('client', DATAGRAM);
      await wire.take('server', 1);
      await work(wire);
    });
  } finally {
    director.ip(`link set client address ${OWN_MAC}`);
    director.inside(() => setAttachMode('tc'));
  }
}

/** Frames that it has sent on, as veth counts them. */
function sentOn(director: Director): number {
  const { stdout } = director.inside(() => runCommand(['ethtool', '-S', 'client']));
  return [...stdout.matchAll(/rx_queue_\d+_xdp_redirect: (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

const ETHTOOL_MISSING = needing('ethtool').skip;

directorTest('a frame for another host is not taken', async (director, context) => {
  if (ETHTOOL_MISSING) return context.skip(ETHTOOL_MISSING);
  await withXdp(director, async (wire) => {
    const before = sentOn(director);
    wire.sendFrame('client', frameTo(OTHER_MAC));
    wire.sendFrame('client', frameTo(OWN_MAC));
    await until('the one that is the director’s', () => sentOn(director) > before);
    assert.equal((await wire.take('server', 1)).length, 1);
    assert.equal(sentOn(director), before + 1);
  });
});

directorTest("a NIC's new address is known with the next command, or the watcher", async (director, context) => {
  if (ETHTOOL_MISSING) return context.skip(ETHTOOL_MISSING);
  await withXdp(director, async (wire) => {
    const before = sentOn(director);
    director.ip(`link set client address ${OTHER_MAC}`);
    director.inside(() => openDataPlane().close());
    wire.sendFrame('client', frameTo(OWN_MAC));
    wire.sendFrame('client', frameTo(OTHER_MAC));
    await until('the one with the new address', () => sentOn(director) > before);
    assert.equal((await wire.take('server', 1)).length, 1);
    assert.equal(sentOn(director), before + 1);
  });
});

directorTest('a NIC is said to let packets out by XDP where its far end is known to take them', (director) => {
  const out = () => director.inside(() => listAttachments().filter(({ xdp }) => xdp)).map(({ xdpOut }) => xdpOut);
  try {
    director.inside(() => setAttachMode('xdp'));
    assert.deepEqual(out(), [false, false]);
    director.inside(() => setAttachMode('xdp', true));
    assert.deepEqual(out(), [true, true]);
  } finally {
    director.inside(() => setAttachMode('tc'));
  }
});

directorTest(
  'nothing is taken where VLANs lie upon the NIC, whose tags generic XDP does not see',
  (director, context) => {
    const noted = () => {
      const macs = new BpfMap(join(director.directory, 'lvs_xdp_macs'), U32, U64);
      const keys = [...macs.entries()].map(({ key }) => key.value);
      macs.close();
      return keys.sort();
    };
    const { client, server: other } = director.ifindex;
    director.inside(() => setAttachMode('xdp-generic'));
    try {
      assert.deepEqual(noted(), [client, other].sort());
      director.ip('link add link client name tagged type vlan id 100');
      director.inside(() => openDataPlane().close());
      assert.deepEqual(noted(), [other]);
      director.ip('link delete tagged');
    } catch (error) {
      if (!String(error).includes('Unknown device type')) throw error;
      context.skip('needs VLAN devices');
    } finally {
      director.inside(() => setAttachMode('tc'));
    }
  },
);
