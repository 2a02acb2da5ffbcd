// The example confs as labs: each serves, takes turns, and sends packets the way that its method says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardedByKernel, statusOf } from './support/inside.ts';
import { LINE_PORT, withLineService } from './support/line-agents.ts';
import {
  EXAMPLE_OF_EACH_METHOD,
  type Example,
  type TransparentProxyExample,
  withVirtualServer,
} from './support/virtual-server.ts';

const CONNECTIONS = 20;
/** IPVS's rr begins with the server added last. */
const IN_TURNS = Array.from({ length: CONNECTIONS }, (_, index) => (index % 2 === 0 ? 'bashfull' : 'sneezy'));

const THOUSANDS = [1000, 1000, 1000];

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const EXAMPLES: readonly (Example | TransparentProxyExample)[] = [
  'vs-nat',
  'vs-dr',
  'vs-dr-1nic',
  'vs-tun',
  'vs-dr-tp-realserver',
  'vs-dr-tp-director',
  'vs-dr-tp-both',
];

for (const example of EXAMPLES) {
  test(`${example}: the realservers answer in turns, and the director's kernel forwards nothing`, async () => {
    await withVirtualServer(example, {}, async (lab) => {
      await withLineService(lab, async (ask) => {
        assert.deepEqual(await ask(CONNECTIONS), IN_TURNS);
      });
      assert.equal(forwardedByKernel(lab), 0);
    });
  });
}

test("vs-dr-martian: the realservers answer in turns, and the director's kernel forwards their replies", async () => {
  await withVirtualServer('vs-dr-martian', {}, async (lab) => {
    await withLineService(lab, async (ask) => {
      assert.deepEqual(await ask(CONNECTIONS), IN_TURNS);
    });
    const { inPackets, outPackets } = statusOf(lab, LINE_PORT).counters;
    // A reply is at least a SYN-ACK, the line with its FIN, and an ACK of the client's FIN.
    assert.ok(forwardedByKernel(lab) >= 3 * CONNECTIONS, `${forwardedByKernel(lab)} replies forwarded`);
    assert.ok(inPackets >= 3 * CONNECTIONS, `${inPackets} requests`);
    assert.equal(outPackets, 0);
  });
});

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(`${example}: three realservers get 1000 of 3000 connections each, and the director says so`, async () => {
    await withVirtualServer(example, { realservers: 3 }, async (lab) => {
      await withLineService(lab, async (ask) => {
        // Three at a time, so that connections are also made at the same moment.
        const answers = (await Promise.all([ask(1000), ask(1000), ask(1000)])).flat();
        const shares = ['sneezy', 'bashfull', 'realserver3'].map((name) => answers.filter((a) => a === name).length);
        assert.equal(sum(shares), 3000);
        const { counters, servers } = statusOf(lab, LINE_PORT);
        const turns = servers.map((server) => server.counters.connections);
        assert.equal(sum(turns), counters.connections);
        // Every ten seconds Linux begins to count its clients' ports elsewhere. A port that comes up again while the
        // director still knows it goes to the server that it had, and takes no turn.
        if (counters.connections === 3000) assert.deepEqual([shares, turns], [THOUSANDS, THOUSANDS]);
        else assert.ok(Math.max(...turns) - Math.min(...turns) <= 1, `turns ${turns}`);
        assert.ok(counters.connections > 2000, `${counters.connections} connections`);
      });
      assert.equal(forwardedByKernel(lab), 0);
    });
  });
}
