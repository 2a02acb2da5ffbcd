// lvskit apply and remove by the command line, on hosts that are network namespaces: the virtual server works, and
// afterwards nothing is left of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  administer,
  askVip,
  exampleConf,
  type Hosts,
  lvskit,
  lvskitSays,
  setSysctls,
  stateOf,
  withHosts,
} from './support/apply-hosts.ts';
import { lives } from './support/processes.ts';

const NO_OPTIONS = {};

/** What a host may have been told before, all of it in the way of an LVS. */
function setOtherwise(hosts: Hosts): void {
  for (const { name, nics } of hosts.cluster.machines) {
    const device = nics[0]?.device;
    setSysctls(hosts, name, [
      'net.ipv4.ip_forward=0',
      'net.ipv4.conf.all.accept_redirects=0',
      'net.ipv4.conf.all.rp_filter=1',
      'net.ipv4.conf.default.rp_filter=2',
      `net.ipv4.conf.${device}.rp_filter=1`,
      `net.ipv4.conf.${device}.forwarding=1`,
      'net.ipv4.conf.lo.arp_announce=1',
    ]);
  }
  // A gateway that is not the conf's, and one of another metric.
  for (const [name, device] of [
    ['realserver1', 'eth0'],
    ['realserver2', 'eth0'],
    ['director', 'eth0'],
  ] as const) {
    administer(hosts, name, [
      `route add default via 192.168.1.200 dev ${device} proto static src ${hostAddress(hosts, name, device)} mtu 1400`,
      `route add default via 192.168.1.201 dev ${device} metric 100`,
    ]);
  }
}

function hostAddress(hosts: Hosts, machine: string, device: string): string | undefined {
  const nics = hosts.cluster.machines.find(({ name }) => name === machine)?.nics;
  return nics?.find((nic) => nic.device === device)?.address;
}

function machineNames(hosts: Hosts): readonly string[] {
  return hosts.cluster.machines.map(({ name }) => name);
}

function statesOf(hosts: Hosts): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(machineNames(hosts).map((name) => [name, stateOf(hosts, name)]));
}

async function applyAll(hosts: Hosts, example: string): Promise<void> {
  await Promise.all(machineNames(hosts).map((name) => lvskitSays(hosts, name, ['apply', exampleConf(example)])));
}

async function removeAll(hosts: Hosts): Promise<void> {
  await Promise.all(machineNames(hosts).map((name) => lvskitSays(hosts, name, ['remove'])));
}

for (const example of ['vs-nat', 'vs-dr', 'vs-tun', 'vs-dr-tp-both', 'vs-dr-martian', 'vs-dr-1nic']) {
  test(`${example}: hosts that are set up answer in turn at the VIP, and are as before when that is undone`, async () => {
    await withHosts(example, NO_OPTIONS, async (hosts) => {
      setOtherwise(hosts);
      const before = statesOf(hosts);
      await applyAll(hosts, example);
      const answers = await askVip(hosts, 4);
      assert.deepEqual(new Set(answers.slice(0, 2)), new Set(['realserver1', 'realserver2']));
      assert.deepEqual(answers.slice(2), answers.slice(0, 2));
      const applied = statesOf(hosts);
      for (const name of machineNames(hosts)) assert.notDeepEqual(applied[name], before[name]);
      const { watcher } = JSON.parse(await lvskitSays(hosts, 'director', ['director', 'status', '--json']));
      assert.ok(lives(watcher), 'NICs that come later are attached to');
      await removeAll(hosts);
      assert.deepEqual(statesOf(hosts), before);
      assert.ok(!lives(watcher));
    });
  });
}

test('a host whose NICs have other names than the conf gives them is known by its addresses', async () => {
  await withHosts('vs-dr', { deviceNames: { eth0: 'enp1s0', eth1: 'enp2s0' } }, async (hosts) => {
    const before = statesOf(hosts);
    const conf = exampleConf('vs-dr');
    const said = await lvskitSays(hosts, 'director', ['apply', conf]);
    assert.match(
      said,
      /^This host is director \(happy\) of .*: 192\.168\.2\.1 on enp2s0, 192\.168\.1\.9 on enp1s0\.$/m,
    );
    assert.match(said, / ip addr replace 192\.168\.1\.110\/32 dev enp2s0 label enp2s0:110$/m);
    await applyAll(hosts, 'vs-dr');
    assert.equal(new Set(await askVip(hosts, 2)).size, 2);
    await removeAll(hosts);
    assert.deepEqual(statesOf(hosts), before);
  });
});

test('to apply again changes nothing and says so', async () => {
  await withHosts('vs-tun', NO_OPTIONS, async (hosts) => {
    await applyAll(hosts, 'vs-tun');
    const once = statesOf(hosts);
    for (const name of machineNames(hosts)) {
      const said = await lvskitSays(hosts, name, ['apply', exampleConf('vs-tun')]);
      assert.match(said, /\nAll of it was so already\.\n$/, name);
      assert.doesNotMatch(said, /^ {2}set /m, name);
    }
    assert.deepEqual(statesOf(hosts), once);
  });
});

test('a dry run shows each step and makes none', async () => {
  await withHosts('vs-nat', NO_OPTIONS, async (hosts) => {
    setSysctls(hosts, 'director', ['net.ipv4.ip_forward=1']);
    const before = stateOf(hosts, 'director');
    const said = await lvskitSays(hosts, 'director', ['apply', exampleConf('vs-nat'), '--dry-run']);
    assert.match(said, /^ {2}= {4}sysctl -w net\.ipv4\.ip_forward=1$/m);
    assert.match(said, /^ {2}set {2}lvskit ipvsadm -a -t 192\.168\.2\.110:23 -r 192\.168\.1\.11:23 -m -w 1$/m);
    assert.match(said, /\nNothing has been set: this was a dry run\.\n$/);
    assert.deepEqual(stateOf(hosts, 'director'), before);
  });
});

test('JSON says what was so, and what was changed and undone', async () => {
  await withHosts('vs-nat', NO_OPTIONS, async (hosts) => {
    const conf = exampleConf('vs-nat');
    const first = JSON.parse(await lvskitSays(hosts, 'realserver1', ['apply', conf, '--json']));
    assert.equal(first.machine, 'realserver1');
    assert.equal(first.role, 'realserver');
    assert.deepEqual(first.nics, [{ device: 'eth0', address: '192.168.1.11' }]);
    assert.deepEqual(first.steps.at(-1), {
      commands: ['ip route replace default via 192.168.1.9 dev eth0'],
      state: 'to be set',
    });
    const again = JSON.parse(await lvskitSays(hosts, 'realserver1', ['apply', conf, '--json']));
    assert.equal(again.changes, 0);
    assert.deepEqual(new Set(again.steps.map(({ state }: { state: string }) => state)), new Set(['so']));
    const removed = JSON.parse(await lvskitSays(hosts, 'realserver1', ['remove', '--json']));
    assert.equal(removed.undone.length, first.changes);
    assert.deepEqual(removed.left, []);
  });
});

test('a host that is no machine of the cluster is left alone, with the addresses that it would need', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    administer(hosts, 'realserver2', ['addr del 192.168.1.12/24 dev eth0', 'addr add 192.168.1.77/24 dev eth0']);
    const before = stateOf(hosts, 'realserver2');
    const { status, stderr } = await lvskit(hosts, 'realserver2', ['apply', exampleConf('vs-dr')]);
    assert.equal(status, 1);
    assert.match(stderr, /none of its addresses \(192\.168\.1\.77\) is in .*hosts\n/);
    assert.match(stderr, /realserver2 192\.168\.1\.12/);
    assert.deepEqual(stateOf(hosts, 'realserver2'), before);
  });
});

test('to remove where nothing was applied is no error', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    assert.match(await lvskitSays(hosts, 'director', ['remove']), /^There is nothing to undo/);
  });
});

test('of several that apply at once, one sets the host up and the others find it so', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'director');
    const words = ['apply', exampleConf('vs-dr'), '--json'];
    const reports = await Promise.all([1, 2, 3].map(() => lvskitSays(hosts, 'director', words)));
    const changes = reports.map((report) => JSON.parse(report).changes as number).toSorted((a, b) => a - b);
    assert.deepEqual(changes.slice(0, 2), [0, 0]);
    assert.ok((changes[2] ?? 0) > 0);
    await lvskitSays(hosts, 'director', ['remove']);
    assert.deepEqual(stateOf(hosts, 'director'), before);
  });
});
