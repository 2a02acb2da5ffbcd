// Netpipe between machines of a lab and of one with itself, several at once, and what lo's settings do to its packets.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findMachine, type Lab, namespacePath, setLoopback } from '../../src/lab/mod.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { openNetpipe } from '../../src/suite/mod.ts';
import { inNetworkNamespace, runCommandAsync } from '../../src/system/mod.ts';
import { addressOf, withVirtualServer } from './support/virtual-server.ts';

const SELF = '127.0.0.1' as Ipv4;
const BLOCK_BYTES = 256 * 1024;
const EXCHANGES = 8;
const ETHERNET_HEADER_BYTES = 14;

/** Of lo: bytes for each packet received since `before`. */
function readLoopback(lab: Lab, machine: string): { readonly bytes: number; readonly packets: number } {
  const path = namespacePath(findMachine(lab.plan, machine).namespace);
  const table = inNetworkNamespace(path, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  const [bytes = 0, packets = 0] = (/^ *lo: *(.*)/m.exec(table)?.[1] ?? '').split(/ +/).map(Number);
  return { bytes, packets };
}

function realserver(lab: Lab, index: number) {
  const machine = lab.plan.cluster.machines.filter(({ role }) => role === 'realserver')[index];
  assert.ok(machine !== undefined);
  return machine;
}

test('a machine has a netpipe with itself, and lo carries packets of the MTU that it is given', async () => {
  await withVirtualServer('vs-dr', {}, async (lab) => {
    const pair = await openNetpipe(lab, { from: 'client', to: 'client', address: SELF });
    const bytesPerPacket = async () => {
      const before = readLoopback(lab, 'client');
      const { exchanges } = await pair.visit({ sizeBytes: BLOCK_BYTES, mode: 'twoway', exchanges: EXCHANGES });
      assert.equal(exchanges, EXCHANGES);
      const after = readLoopback(lab, 'client');
      return (after.bytes - before.bytes) / (after.packets - before.packets);
    };
    const whole = await bytesPerPacket();
    assert.ok(whole > 4000, `${whole} bytes a packet`);
    await setLoopback(lab.plan, 'client', { mtu: 1500, offload: false });
    const cut = await bytesPerPacket();
    assert.ok(cut <= 1500 + ETHERNET_HEADER_BYTES, `${cut} bytes a packet`);
    await pair.close();
    await assert.rejects(setLoopback(lab.plan, 'client', { mtu: 40 }), { code: 'LAB_MTU_INVALID' });
  });
});

test('netpipes between different machines, and two from one host, run at the same time', async () => {
  await withVirtualServer('vs-dr', {}, async (lab) => {
    const [first, second] = [realserver(lab, 0), realserver(lab, 1)];
    const pairs = await Promise.all([
      openNetpipe(lab, { from: first.name, to: second.name, address: addressOf(second) }),
      openNetpipe(lab, { from: first.name, to: 'director', address: directorInside(lab) }),
      openNetpipe(lab, { from: second.name, to: second.name, address: addressOf(second) }),
    ]);
    const visits = pairs.map((pair) => pair.visit({ sizeBytes: 4096, mode: 'stream', exchanges: EXCHANGES }));
    for (const { exchanges } of await Promise.all(visits)) assert.equal(exchanges, EXCHANGES);
    await Promise.all(pairs.map((pair) => pair.close()));
  });
});

test('an address that leads nowhere is an error, and no agent is left', async () => {
  await withVirtualServer('vs-dr', {}, async (lab) => {
    const wrong = openNetpipe(lab, { from: 'realserver1', to: 'realserver2', address: SELF });
    await assert.rejects(wrong, { code: 'SOCKET_REFUSED' });
    assert.equal(await processesOf(lab, 'realserver2'), '');
    await assert.rejects(openNetpipe(lab, { from: 'client', to: 'grumpy', address: SELF }), {
      code: 'LAB_MACHINE_UNKNOWN',
    });
  });
});

async function processesOf(lab: Lab, machine: string): Promise<string> {
  const { stdout } = await runCommandAsync(['ip', 'netns', 'pids', findMachine(lab.plan, machine).namespace]);
  return stdout;
}

/** Of the NIC that is in the realservers' network. */
function directorInside(lab: Lab): Ipv4 {
  const { nics = [] } = lab.plan.cluster.machines.find(({ role }) => role === 'director') ?? {};
  const nic = nics.find(({ network }) => network === realserver(lab, 0).nics[0]?.network);
  assert.ok(nic !== undefined);
  return nic.address;
}
