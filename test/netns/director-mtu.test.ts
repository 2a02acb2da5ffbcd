// Where the director's way on is narrower than the way to it, senders are told, as by any router.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInside } from './support/inside.ts';
import { runNetpipe, SIZES } from './support/netpipe-runs.ts';
import { needing } from './support/programs.ts';
import { type Example, vipOf, withVirtualServer } from './support/virtual-server.ts';

/** A route for smaller packets than its NIC's. A smaller MTU of the NIC itself would drop what comes in. */
function narrow(network: string, device: string): readonly string[] {
  return ['ip', 'route', 'replace', network, 'dev', device, 'proto', 'kernel', 'scope', 'link', 'mtu', 'lock', '1400'];
}

for (const [example, expected] of [
  ['vs-nat', 1400],
  ['vs-dr', 1400],
  ['vs-tun', 1380],
] as const satisfies readonly (readonly [Example, number])[]) {
  test(
    `${example}: the client learns that the director's inner network takes 1400 bytes`,
    needing('NPtcp'),
    async () => {
      await withVirtualServer(example, { offload: false }, async (lab) => {
        await runInside(lab, 'director', narrow('192.168.1.0/24', 'eth0'));
        assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
        const route = await runInside(lab, 'client', ['ip', 'route', 'get', vipOf(lab)]);
        assert.match(route, new RegExp(` mtu ${expected}\\b`));
      });
    },
  );
}

test("vs-nat: the realserver learns that the director's outer network takes 1400 bytes", needing('NPtcp'), async () => {
  await withVirtualServer('vs-nat', { offload: false }, async (lab) => {
    await runInside(lab, 'director', narrow('192.168.2.0/24', 'eth1'));
    assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
    const route = await runInside(lab, 'realserver1', ['ip', 'route', 'get', '192.168.2.254']);
    assert.match(route, / mtu 1400\b/);
  });
});

/** Where no NIC computes checksums, the kernel fills in a merged packet's, even of one that an error quotes. */
for (const checksums of ['on', 'off']) {
  test(
    `vs-nat: the client learns it by packets of many segments, too, with checksums by the NIC ${checksums}`,
    needing('NPtcp'),
    async () => {
      await withVirtualServer('vs-nat', { offload: true }, async (lab) => {
        await runInside(lab, 'director', narrow('192.168.1.0/24', 'eth0'));
        await runInside(lab, 'director', ['ethtool', '-K', 'eth1', 'tx', checksums]);
        assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
        const route = await runInside(lab, 'client', ['ip', 'route', 'get', vipOf(lab)]);
        assert.match(route, / mtu 1400\b/);
      });
    },
  );
}
