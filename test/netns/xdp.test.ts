// The director's short way (XDP): real programs talk by it, and everything else still goes the long way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import { droppedPackets, forwardedByKernel, ipvsadm, runInside, statusOf } from './support/inside.ts';
import { runNetpipe, SIZES } from './support/netpipe-runs.ts';
import { HTTP_SERVICES, withNginx } from './support/nginx.ts';
import { needing } from './support/programs.ts';
import { EXAMPLE_OF_EACH_METHOD, withVirtualServer } from './support/virtual-server.ts';

const FILE_SIZES_BYTES = [1, 1024, 2 ** 20, 8 * 2 ** 20];

/** Packets that the programs on the director's NICs sent on without a socket buffer, as veth counts them. */
async function sentByXdp(lab: Lab): Promise<number> {
  let packets = 0;
  for (const { device } of lab.plan.links.filter(({ machine }) => machine === 'director')) {
    const statistics = await runInside(lab, 'director', ['ethtool', '-S', device]);
    for (const [, count] of statistics.matchAll(/rx_queue_\d+_xdp_(?:redirect|tx): (\d+)/g)) packets += Number(count);
  }
  return packets;
}

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(
    `${example}: netpipe and files go by native XDP, and are counted`,
    needing('NPtcp', 'curl', 'nginx', 'ethtool'),
    async () => {
      await withVirtualServer(example, { attach: 'xdp', services: HTTP_SERVICES }, async (lab) => {
        assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
        await withNginx(lab, FILE_SIZES_BYTES, async (fetch, digests) => {
          for (const [file, digest] of digests) assert.equal(await fetch(file), digest, `${file} bytes`);
        });
        const { inPackets, outPackets } = statusOf(lab, 5002).counters;
        const sent = await sentByXdp(lab);
        assert.ok(sent > (inPackets + outPackets) / 2, `${sent} of ${inPackets + outPackets} packets of netpipe`);
        assert.equal(droppedPackets(lab, 'INTERNAL'), 0);
        assert.equal(forwardedByKernel(lab), 0);
      });
    },
  );
}

test('XDP and links with a rate go together', needing('NPtcp'), async () => {
  await withVirtualServer('vs-nat', { attach: 'xdp', rate: '100mbit' }, async (lab) => {
    assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
    assert.ok((await sentByXdp(lab)) > 0);
  });
});

test('generic XDP carries netpipe, too', needing('NPtcp'), async () => {
  await withVirtualServer('vs-nat', { attach: 'xdp-generic' }, async (lab) => {
    assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
  });
});

test('a removed server gets no more packets by XDP', needing('NPtcp'), async () => {
  await withVirtualServer('vs-nat', { attach: 'xdp' }, async (lab) => {
    await runNetpipe(lab, 'NPtcp', 'NPtcp');
    const before = await sentByXdp(lab);
    await ipvsadm(lab, '-C');
    await assert.rejects(runNetpipe(lab, 'NPtcp', 'NPtcp'));
    assert.equal(await sentByXdp(lab), before);
  });
});
