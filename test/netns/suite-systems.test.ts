// Martian VS-DR, transparent proxy and one network: each stands, and its path is proven by its own counters.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadNetfilterHooks } from '../../src/suite/netfilter-hooks.ts';
import { reopenNetpipe } from '../../src/suite/reopen-netpipe.ts';
import type { Testbed } from '../../src/suite/testbed.ts';
import { runCommand } from '../../src/system/mod.ts';
import { pathOf, snmpCounter } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { doubtsOf, hasAddress, startTestbed, trackedConnections, withTestbed } from './support/testbeds.ts';

test('martian VS-DR is proven, as long as replies do pass the director', async () => {
  await withTestbed({ system: 'dr-martian' }, async (testbed) => {
    assert.deepEqual(await doubtsOf(testbed), []);
    for (const realserver of ['realserver1', 'realserver2']) {
      const shortcut = 'ip route replace 192.168.2.254/32 via 192.168.1.254';
      runCommand(['nsenter', `--net=${pathOf(testbed.lab, realserver)}`, ...shortcut.split(' ')]);
    }
    const doubts = await doubtsOf(testbed);
    assert.match(doubts.join('\n'), /forwarded by the director’s kernel","expected":"some","packets":0/);
  });
});

for (const [directorAccepts, realserversAccept] of [
  ['vip', 'tproxy'],
  ['vip', 'redirect'],
  ['tp', 'anyip'],
] as const) {
  const title = `VS-DR with the director's ${directorAccepts} and the realservers' ${realserversAccept}`;
  test(`${title}: its path is proven, and netpipe begins anew again and again`, needing('nft'), async () => {
    await withTestbed({ system: 'dr', directorAccepts, realserversAccept }, async (testbed) => {
      assert.deepEqual(await doubtsOf(testbed), []);
      const vip = testbed.plan.cluster.vip.address;
      assert.equal(hasAddress(testbed, 'director', vip), directorAccepts === 'vip');
      assert.equal(hasAddress(testbed, 'realserver1', vip), false);
      // Only REDIRECT costs connection tracking.
      assert.equal(trackedConnections(testbed, 'realserver1') > 0, realserversAccept === 'redirect');
      assert.deepEqual(await reopenNetpipe(testbed, 2, [1, 65_536]), [
        { closedFirst: 'transmitter', abort: undefined, lingering: [] },
        { closedFirst: 'receiver', abort: undefined, lingering: [] },
      ]);
    });
  });
}

describe('VS-DR on one network', () => {
  let testbed: Testbed;
  before(async () => {
    testbed = await startTestbed({ system: 'dr', conf: 'vs-dr-1nic' });
  });
  after(() => testbed.stop());

  test('its path is proven, and nobody is redirected', async () => {
    assert.deepEqual(await doubtsOf(testbed), []);
    assert.equal(snmpCounter(testbed.lab, 'client', 'Icmp', 'InRedirects'), 0);
  });

  test('hooks with no matching rule track connections until they are unloaded', needing('nft'), async () => {
    const tracked = () => ['client', 'realserver1'].map((machine) => trackedConnections(testbed, machine));
    assert.deepEqual(tracked(), [0, 0]);
    const unload = loadNetfilterHooks(testbed.lab, 'client');
    assert.deepEqual(await doubtsOf(testbed), []);
    const [onClient = 0, onRealserver] = tracked();
    assert.ok(onClient > 0);
    assert.equal(onRealserver, 0);
    unload();
    loadNetfilterHooks(testbed.lab, 'realserver1');
    assert.deepEqual(await doubtsOf(testbed), []);
    assert.ok((tracked()[0] ?? 0) <= onClient, 'the client tracks no more');
    assert.ok((tracked()[1] ?? 0) > 0);
  });

  test('netpipe that cannot bind its port is an abort with its reason, and the next run is another one', async () => {
    const listener = await testbed.listenNetpipe();
    const [refused] = await reopenNetpipe(testbed, 1, [1]);
    assert.match(refused?.abort ?? '', /^realserver1: cannot listen on 0\.0\.0\.0:5002/);
    await listener.close();
    const [run] = await reopenNetpipe(testbed, 1, [1]);
    assert.equal(run?.abort, undefined);
  });
});
