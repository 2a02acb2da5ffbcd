// Setting a host up that fails or is killed at any of its steps, and undoing it when somebody else has been at work.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { applyHost, removeHost } from '../../src/host/mod.ts';
import { recordFile } from '../../src/host/record.ts';
import { inNetworkNamespace, runCommandAsync } from '../../src/system/mod.ts';
import {
  administer,
  exampleConf,
  type Hosts,
  lvskit,
  lvskitSays,
  setSysctls,
  stateOf,
  withHosts,
} from './support/apply-hosts.ts';

const NO_OPTIONS = {};
const APPLY_AND_DIE = new URL('support/apply-and-die.ts', import.meta.url).pathname;

/** Each role, and both programs of lvskit: the director's and the decapsulator. */
const SUBJECTS = [
  ['vs-nat', 'director'],
  ['vs-tun', 'realserver1'],
  ['vs-dr-tp-both', 'realserver1'],
  ['vs-dr', 'client'],
] as const;

function applyIn(hosts: Hosts, machine: string, onChange: (commands: readonly string[]) => void): void {
  inNetworkNamespace(hosts.path(machine), () => applyHost(hosts.cluster, { onChange }));
}

function removeIn(hosts: Hosts, machine: string) {
  return inNetworkNamespace(hosts.path(machine), removeHost);
}

/** How many changes it takes; leaves the host as it was. */
function countChanges(hosts: Hosts, machine: string): number {
  let changes = 0;
  applyIn(hosts, machine, () => {
    changes += 1;
  });
  removeIn(hosts, machine);
  return changes;
}

function setOtherwise(hosts: Hosts, machine: string): void {
  setSysctls(hosts, machine, [
    'net.ipv4.ip_forward=0',
    'net.ipv4.conf.all.accept_redirects=0',
    'net.ipv4.conf.default.rp_filter=2',
    'net.ipv4.conf.eth0.rp_filter=1',
  ]);
}

for (const [example, machine] of SUBJECTS) {
  test(`${example}, ${machine}: whichever step fails, the host is as it was`, async () => {
    await withHosts(example, NO_OPTIONS, async (hosts) => {
      setOtherwise(hosts, machine);
      const before = stateOf(hosts, machine);
      const changes = countChanges(hosts, machine);
      assert.deepEqual(stateOf(hosts, machine), before);
      for (let failing = 0; failing < changes; failing++) {
        let made = 0;
        let step = '';
        const failAtStep = (commands: readonly string[]) => {
          step = commands.join(', ');
          if (made++ === failing) throw new Error('as the test wants it');
        };
        assert.throws(() => applyIn(hosts, machine, failAtStep), {
          code: 'HOST_APPLY_FAILED',
          message: new RegExp(`^${machine} could not be set up: .*: as the test wants it$`),
        });
        assert.deepEqual(stateOf(hosts, machine), before, `step ${failing}: ${step}`);
      }
      assert.ok(changes > 2);
    });
  });

  test(`${example}, ${machine}: whenever it is killed, remove puts the host back`, async () => {
    await withHosts(example, NO_OPTIONS, async (hosts) => {
      setOtherwise(hosts, machine);
      const before = stateOf(hosts, machine);
      const changes = countChanges(hosts, machine);
      for (const last of someSteps(changes)) {
        await runAndDie(hosts, machine, ['apply', exampleConf(example)], last);
        assert.ok(stateOf(hosts, machine).includes('record'));
        const removed = removeIn(hosts, machine);
        assert.equal(removed?.record.status, 'interrupted');
        assert.deepEqual(removed?.left, []);
        assert.deepEqual(stateOf(hosts, machine), before, `killed at step ${last}`);
      }
    });
  });
}

/** To be killed takes a process each time: after the first steps, at the last, and at each third between. */
function someSteps(count: number): readonly number[] {
  return Array.from({ length: count }, (_, step) => step).filter(
    (step) => step < 2 || step === count - 1 || step % 3 === 0,
  );
}

async function runAndDie(hosts: Hosts, machine: string, words: readonly string[], last: number): Promise<void> {
  const argv = [...hosts.enter(machine), process.execPath, APPLY_AND_DIE, ...words, String(last)];
  const { status } = await runCommandAsync(argv, { allowFailure: true });
  assert.equal(status, 128 + 9);
}

test('after it was killed, to apply again completes it, and remove puts the host back', async () => {
  await withHosts('vs-nat', NO_OPTIONS, async (hosts) => {
    setOtherwise(hosts, 'director');
    const before = stateOf(hosts, 'director');
    for (const last of [0, 3, 8]) {
      await runAndDie(hosts, 'director', ['apply', exampleConf('vs-nat')], last);
      await lvskitSays(hosts, 'director', ['apply', exampleConf('vs-nat')]);
      assert.match(await lvskitSays(hosts, 'director', ['apply', exampleConf('vs-nat')]), /so already/);
      removeIn(hosts, 'director');
      assert.deepEqual(stateOf(hosts, 'director'), before);
    }
  });
});

test('remove can be killed too, and goes on when it is called again', async () => {
  await withHosts('vs-nat', NO_OPTIONS, async (hosts) => {
    setOtherwise(hosts, 'director');
    const before = stateOf(hosts, 'director');
    const changes = countChanges(hosts, 'director');
    for (const last of someSteps(changes)) {
      applyIn(hosts, 'director', () => {});
      await runAndDie(hosts, 'director', ['remove', exampleConf('vs-nat')], last);
      assert.deepEqual(removeIn(hosts, 'director')?.left, []);
      assert.deepEqual(stateOf(hosts, 'director'), before, `killed at step ${last}`);
    }
  });
});

test('a gateway that cannot be reached is named with its step, and the host is as it was', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    administer(hosts, 'realserver1', ['addr del 192.168.1.11/24 dev eth0', 'addr add 192.168.1.11/32 dev eth0']);
    const before = stateOf(hosts, 'realserver1');
    const { status, stderr } = await lvskit(hosts, 'realserver1', ['apply', exampleConf('vs-dr')]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /could not be set up: ip route replace default via 192\.168\.1\.254 dev eth0: .*invalid gateway/,
    );
    assert.match(stderr, /What had been changed has been put back/);
    assert.deepEqual(stateOf(hosts, 'realserver1'), before);
  });
});

test('a director cannot become a realserver that takes tunnels apart; its data plane is left as it was', async () => {
  await withHosts('vs-tun', NO_OPTIONS, async (hosts) => {
    await lvskitSays(hosts, 'realserver1', ['ipvsadm', '-A', '-t', '192.168.1.99:80', '-s', 'rr']);
    const before = stateOf(hosts, 'realserver1');
    const words = ['apply', exampleConf('vs-tun'), '--decapsulator', 'lvskit'];
    const { status, stderr } = await lvskit(hosts, 'realserver1', words);
    assert.equal(status, 1);
    assert.match(stderr, /is a director: it cannot be both/);
    assert.match(stderr, /lvskit director down/);
    assert.deepEqual(stateOf(hosts, 'realserver1'), before);
  });
});

test('what somebody else has changed since is left and named', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    setSysctls(hosts, 'director', ['net.ipv4.conf.all.rp_filter=1']);
    await lvskitSays(hosts, 'director', ['apply', exampleConf('vs-dr')]);
    setSysctls(hosts, 'director', ['net.ipv4.conf.eth0.send_redirects=1', 'net.ipv4.conf.all.rp_filter=2']);
    administer(hosts, 'director', ['route replace default via 192.168.1.254 dev eth0']);
    await lvskitSays(hosts, 'director', ['ipvsadm', '-A', '-u', '192.168.1.110:53', '-s', 'rr']);
    await lvskitSays(hosts, 'director', ['ipvsadm', '-a', '-t', '192.168.1.110:5002', '-r', '192.168.1.77', '-g']);
    await lvskitSays(hosts, 'director', [
      'ipvsadm',
      '-e',
      '-t',
      '192.168.1.110:23',
      '-r',
      '192.168.1.11',
      '-g',
      '-w',
      '0',
    ]);
    const said = await lvskitSays(hosts, 'director', ['remove']);
    const left = said.slice(said.indexOf('Left as somebody else has made it:')).trim().split('\n').slice(1);
    assert.deepEqual(left.toSorted(), [
      '  net.ipv4.conf.all.rp_filter is 2 by now',
      '  service tcp 192.168.1.110:5002 stays: it has other servers by now, 192.168.1.77:5002',
      '  the data plane stays: it has 2 other services by now',
      '  the route to default is unicast default via 192.168.1.254 dev eth0 proto boot scope global by now',
    ]);
    assert.equal(
      await lvskitSays(hosts, 'director', ['ipvsadm', '-Sn']),
      '-A -t 192.168.1.110:5002 -s rr\n-a -t 192.168.1.110:5002 -r 192.168.1.77:5002 -g -w 1\n' +
        '-A -u 192.168.1.110:53 -s rr\n',
    );
    assert.match(await lvskitSays(hosts, 'director', ['remove']), /nothing to undo/);
  });
});

test('what cannot be undone stays recorded until it can', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    administer(hosts, 'realserver1', ['route add default via 192.168.1.9 dev eth0']);
    const before = stateOf(hosts, 'realserver1');
    await lvskitSays(hosts, 'realserver1', ['apply', exampleConf('vs-dr')]);
    // The old gateway is out of reach, the new one not.
    administer(hosts, 'realserver1', [
      'addr add 192.168.1.11/32 dev eth0',
      'route add 192.168.1.254/32 dev eth0',
      'route add default via 192.168.1.254 dev eth0 metric 9',
      'route del 192.168.1.0/24 dev eth0',
      'route add unreachable 192.168.1.9/32',
    ]);
    const { status, stderr } = await lvskit(hosts, 'realserver1', ['remove']);
    assert.equal(status, 1);
    assert.match(stderr, /not all could be undone: ip route replace default via 192\.168\.1\.254/);
    assert.ok(!stateOf(hosts, 'realserver1').some((line) => line.includes('192.168.1.110')));
    administer(hosts, 'realserver1', [
      'route del unreachable 192.168.1.9/32',
      'route add 192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.11',
      'route del 192.168.1.254/32 dev eth0',
      'route del default metric 9',
      'addr del 192.168.1.11/32 dev eth0',
    ]);
    await lvskitSays(hosts, 'realserver1', ['remove']);
    assert.deepEqual(stateOf(hosts, 'realserver1'), before);
  });
});

test('a record of before the last boot counts for nothing', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    const path = inNetworkNamespace(hosts.path('realserver1'), recordFile);
    await lvskitSays(hosts, 'realserver1', ['apply', exampleConf('vs-dr')]);
    const applied = stateOf(hosts, 'realserver1').filter((line) => line !== 'record');
    const record = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...record, boot: 'another' }));
    assert.match(await lvskitSays(hosts, 'realserver1', ['remove']), /nothing to undo/);
    assert.deepEqual(stateOf(hosts, 'realserver1'), applied);
  });
});
