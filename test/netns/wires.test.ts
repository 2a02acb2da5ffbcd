// Links with a rate: nothing passes faster than a wire of that rate would carry it, from the first byte on and whatever its
// size, and what makes it so is seen by no machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lab, LinkOptions } from '../../src/lab/mod.ts';
import type { Machine } from '../../src/model/mod.ts';
import { readLinks } from '../../src/suite/link-counters.ts';
import { openNetpipe } from '../../src/suite/mod.ts';
import { addressOf, realserversOf, withVirtualServer } from './support/virtual-server.ts';

const RATE = '10mbit';
const NS_PER_BYTE = 800;
/** TCP with timestamps over IPv4, Ethernet's header, preamble, check sequence and gap. */
const OVERHEAD_BYTES = 20 + 32 + 14 + 24;
const SEGMENT_BYTES = 1448;
/** What a filler is too coarse for stays in a bucket, at each of the two wires. */
const SLACK_BYTES = 2 * 152;

/** From host to switch and from switch to host: a frame is sent on when all of it is there. */
function leastNs(sizeBytes: number): number {
  const frames = Math.ceil(sizeBytes / SEGMENT_BYTES);
  const last = Math.min(sizeBytes, SEGMENT_BYTES) + OVERHEAD_BYTES;
  return (sizeBytes + frames * OVERHEAD_BYTES + last - SLACK_BYTES) * NS_PER_BYTE;
}

function receivedBytes(lab: Lab, machine: Machine): number {
  return readLinks(lab).find(({ link }) => link.startsWith(`${machine.name}:`))?.inBytes ?? 0;
}

for (const options of [{}, { offload: false }] as const satisfies readonly LinkOptions[]) {
  const how = 'offload' in options ? 'without offloads' : 'with offloads';
  test(`no block is faster than the wire, and the wire is full with large ones, ${how}`, async (context) => {
    await withVirtualServer('vs-nat', { rate: RATE, ...options }, async (lab) => {
      const [from, to] = realserversOf(lab.plan.cluster);
      assert.ok(from !== undefined && to !== undefined);
      const pair = await openNetpipe(lab, { from: from.name, to: to.name, address: addressOf(to) });
      for (const sizeBytes of [256, 1024, 4096, 65_536]) {
        const { oneWayNs } = await pair.visit({ sizeBytes, mode: 'twoway', exchanges: 5 });
        const least = leastNs(sizeBytes);
        context.diagnostic(`${sizeBytes} bytes: ${(oneWayNs.min / least).toFixed(2)} of the wire's own time`);
        assert.ok(oneWayNs.min >= least, `${sizeBytes} bytes took ${oneWayNs.min} ns, a wire takes ${least}`);
      }
      const [before, startedMs] = [receivedBytes(lab, to), performance.now()];
      await pair.visit({ sizeBytes: 65_536, mode: 'stream', exchanges: 8 });
      const carried = receivedBytes(lab, to) - before;
      const possible = ((performance.now() - startedMs) * 1e6) / NS_PER_BYTE;
      context.diagnostic(`stream: ${(carried / possible).toFixed(3)} of what the wire can carry`);
      // Headers are counted, preambles are not; fillers would be.
      assert.ok(carried < possible, `${carried} bytes where ${possible} are possible`);
      assert.ok(carried < 8 * 1.5 * 65_536 * 1.1, `${carried} bytes for eight blocks and their rehearsal`);
      assert.ok(carried > possible / 2, `${carried} bytes where ${possible} are possible`);
      await pair.close();
    });
  });
}
