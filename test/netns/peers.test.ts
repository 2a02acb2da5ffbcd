// Programs that know nothing of lvskit talk through its director, by all three methods.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppedPackets, forwardedByKernel, runInside, snmpCounter, statusOf } from './support/inside.ts';
import { IPERF_SERVICES, runIperf } from './support/iperf.ts';
import { type Netpipe, runNetpipe, SIZES } from './support/netpipe-runs.ts';
import { HTTP_SERVICES, withNginx } from './support/nginx.ts';
import { needing } from './support/programs.ts';
import { EXAMPLE_OF_EACH_METHOD, vipOf, withVirtualServer } from './support/virtual-server.ts';

/** The last is larger than every buffer on the way. */
const FILE_SIZES_BYTES = [1, 1024, 2 ** 20, 64 * 2 ** 20];
const NETPIPE_PAIRS: readonly (readonly [transmitter: Netpipe, receiver: Netpipe])[] = [
  ['NPtcp', 'NPtcp'],
  ['NPtcp', 'lvskit'],
  ['lvskit', 'NPtcp'],
];

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(
    `${example}: NPtcp runs through the director to NPtcp and to our receiver, and we to NPtcp`,
    needing('NPtcp'),
    async () => {
      await withVirtualServer(example, {}, async (lab) => {
        for (const [transmitter, receiver] of NETPIPE_PAIRS) {
          assert.deepEqual(await runNetpipe(lab, transmitter, receiver), SIZES, `${transmitter} to ${receiver}`);
        }
        assert.equal(forwardedByKernel(lab), 0);
      });
    },
  );

  test(
    `${example}: iperf3 sends TCP through the director both ways, hardly ever twice`,
    needing('iperf3'),
    async () => {
      await withVirtualServer(example, { services: IPERF_SERVICES }, async (lab) => {
        for (const direction of [[], ['--reverse']]) {
          const { sum_sent, sum_received } = await runIperf(lab, ['--time', '2', ...direction]);
          assert.ok(sum_received.bytes > 50e6, `${sum_received.bytes} bytes in 2 s`);
          const segments = sum_sent.bytes / 1448;
          assert.ok(
            sum_sent.retransmits < segments / 100,
            `${sum_sent.retransmits} of ${segments} segments sent again`,
          );
        }
        assert.equal(forwardedByKernel(lab), 0);
      });
    },
  );

  test(`${example}: iperf3 sends UDP through the director, which loses nothing`, needing('iperf3'), async () => {
    await withVirtualServer(example, { services: IPERF_SERVICES }, async (lab) => {
      // One that has waited too long for its process is no packet that was lost on the way.
      const overflowed = () => snmpCounter(lab, 'realserver1', 'Udp', 'RcvbufErrors');
      const { sum } = await runIperf(lab, ['--udp', '--bitrate', '20M', '--length', '1200', '--time', '2']);
      assert.ok(sum.packets > 3000, `${sum.packets} packets in 2 s`);
      assert.equal(sum.lost_packets - overflowed(), 0);
      assert.ok(statusOf(lab, 5201, 'udp').counters.inPackets >= sum.packets);
      assert.equal(forwardedByKernel(lab), 0);
    });
  });

  test(`${example}: curl fetches files of every size from nginx as they are`, needing('curl', 'nginx'), async () => {
    await withVirtualServer(example, { services: HTTP_SERVICES }, async (lab) => {
      await withNginx(lab, FILE_SIZES_BYTES, async (fetch, digests) => {
        for (const [file, digest] of digests) assert.equal(await fetch(file), digest, `${file} bytes`);
      });
      const shares = statusOf(lab, 80).servers.map(({ counters }) => counters.connections);
      assert.deepEqual(shares, [2, 2]);
      assert.equal(forwardedByKernel(lab), 0);
    });
  });
}

test('without offloads VS-NAT carries netpipe and files', needing('NPtcp', 'curl', 'nginx'), async () => {
  await withVirtualServer('vs-nat', { offload: false, services: HTTP_SERVICES }, async (lab) => {
    assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
    await withNginx(lab, [2 ** 20], async (fetch, digests) => {
      assert.equal(await fetch(String(2 ** 20)), digests.get(String(2 ** 20)));
    });
  });
});

test(
  'without offloads VS-TUN carries netpipe, after it has told the client of the smaller MTU',
  needing('NPtcp'),
  async () => {
    await withVirtualServer('vs-tun', { offload: false }, async (lab) => {
      const route = () => runInside(lab, 'client', ['ip', 'route', 'get', vipOf(lab)]);
      assert.doesNotMatch(await route(), / mtu /);
      assert.deepEqual(await runNetpipe(lab, 'NPtcp', 'NPtcp'), SIZES);
      assert.match(await route(), / mtu 1480\b/);
      assert.ok(droppedPackets(lab, 'TOO_BIG') > 0);
    });
  },
);
