// What an agent tells of the host that it is on, here this one and its loopback.

import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { createHandlers } from '../../src/agent/handlers.ts';
import { type Ipv4, parseIpv4 } from '../../src/model/mod.ts';

const handlers = createHandlers('1.2.3');
const LOOPBACK = parseIpv4('127.0.0.1') as Ipv4;
/** Reserved for documentation: nobody has it. */
const NOBODY = parseIpv4('192.0.2.1') as Ipv4;
const BYTES = 100_000;

/** One connection, with so much sent over it. */
async function transfer(): Promise<void> {
  const server = createServer((socket) => socket.end(Buffer.alloc(BYTES)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1').resume();
  await new Promise((resolve) => socket.on('close', resolve));
  server.close();
}

function nowNs(): number {
  return Number(process.hrtime.bigint());
}

test('a host is known by its addresses, and by the way it sends packets', async () => {
  const { nics, cpuCount } = await handlers['machine.describe']({ addresses: [LOOPBACK] });
  assert.ok(cpuCount > 0);
  assert.deepEqual(
    nics.map(({ device }) => device),
    ['lo'],
  );
  const towards = await handlers['machine.describe']({ addresses: [], towards: LOOPBACK });
  assert.deepEqual(towards.nics, nics);
});

test('a host without the address is another one, and says what it lacks', async () => {
  const which = { addresses: [LOOPBACK, NOBODY] };
  const wrong = { code: 'AGENT_WRONG_HOST', message: 'this host has no NIC that is up with 192.0.2.1' };
  await assert.rejects(async () => handlers['machine.describe'](which), wrong);
  await assert.rejects(async () => handlers['machine.window']({ ...which, startNs: 0, endNs: 0 }), wrong);
});

test('counters are read at two times of its clock', async () => {
  const startNs = nowNs() + 50e6;
  const window = { addresses: [LOOPBACK], startNs, endNs: startNs + 300e6 };
  let isCounting = true;
  const counting = Promise.resolve(handlers['machine.window'](window)).finally(() => {
    isCounting = false;
  });
  while (isCounting) {
    await transfer();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { elapsedNs, links, accepted, cpuShare, softirqCpuShare } = await counting;
  assert.ok(nowNs() >= window.endNs);
  // Timers are late, at either end.
  assert.ok(elapsedNs > 100e6, `${elapsedNs} ns`);
  assert.ok(accepted >= 1);
  assert.ok((links[0]?.inBytes ?? 0) >= BYTES && links[0]?.device === 'lo', JSON.stringify(links));
  assert.ok(cpuShare >= 0 && cpuShare <= 1 && softirqCpuShare <= cpuShare);
});

test('of a director that is not there an agent tells nothing', async () => {
  assert.deepEqual(await handlers['director.counters']({}), {});
  const counters = { connections: { '10.0.0.1': 3 }, drops: 1 };
  assert.deepEqual(await createHandlers('1.2.3', async () => counters)['director.counters']({}), { counters });
});
