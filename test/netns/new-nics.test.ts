// The watcher of a director: NICs that come later are attached to without a command, and nothing of it is left.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { sweepDeadNamespaces } from '../../src/dataplane/mod.ts';
import { inNetworkNamespace, runCommand } from '../../src/system/mod.ts';
import { programsOn } from '../bpf/attached-programs.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { inNamespace, startInBackground, until } from './netpipe-namespaces.ts';
import { type LoneDirector, withLoneDirector } from './support/lone-director.ts';
import { lives } from './support/processes.ts';

function isAttached({ name }: LoneDirector, device: string): boolean {
  return inNetworkNamespace(`/run/netns/${name}`, () => programsOn(device, 'ingress').includes('lvs_ingress'));
}

function watcherOf(director: LoneDirector): number {
  const { watcher } = director.status();
  assert.ok(watcher !== null, 'a watcher runs');
  return watcher;
}

function recordOf(director: LoneDirector): string {
  return `/run/lvskit/watch/netns-${director.cookie()}.json`;
}

test('NICs that are plugged in, added, renamed or moved in are attached to', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-nics`, async (director) => {
    director.lvskit('director up');
    director.ip(
      'link add plugged type veth peer name far1',
      'link set far1 up',
      'link set plugged up',
      'address add 10.99.2.1/24 dev plugged',
    );
    // As a VLAN is one, which not every kernel has.
    director.ip('link add link first name upon type macvlan', 'link set upon up', 'address add 10.99.3.1/24 dev upon');
    await until('the plugged one and the one upon it', () =>
      ['plugged', 'upon'].every((nic) => isAttached(director, nic)),
    );

    director.ip('link set plugged down', 'link set plugged name renamed', 'link set renamed up');
    await until('the renamed one', () => isAttached(director, 'renamed'));

    runCommand(['ip', 'link', 'add', `mv${process.pid}`, 'type', 'ifb']);
    runCommand(['ip', 'link', 'set', `mv${process.pid}`, 'netns', director.name, 'name', 'moved']);
    director.ip('link set moved up', 'address add 10.99.4.1/24 dev moved');
    await until('the moved one', () => isAttached(director, 'moved'));
    assert.ok(director.status().nics.every(({ attached }) => attached));
  });
});

test('a device without Ethernet headers is left to the stack, and named', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-tun`, async (director) => {
    director.ip('tuntap add tunnel mode tun', 'link set tunnel up', 'address add 10.99.5.1/24 dev tunnel');
    // It has a carrier while somebody holds it open.
    const holder = startInBackground([...inNamespace(director.name), 'socat', 'PIPE', 'TUN,tun-name=tunnel']);
    try {
      director.lvskit('director up');
      await until('the tunnel to be up', () => director.status().unbalanced.includes('tunnel'));
      assert.match(director.lvskit('director status'), /^unbalanced tunnel: no Ethernet headers$/m);
      assert.ok(director.status().nics.every(({ device }) => device !== 'tunnel'));
      director.lvskit('director up');
      assert.ok(!isAttached(director, 'tunnel'));
    } finally {
      process.kill(holder.pid, 'SIGKILL');
    }
  });
});

test('the watcher runs once, and ends with its director or when it is not asked for', {
  skip: BPF_MISSING,
}, async () => {
  await withLoneDirector(`t${process.pid}-watch`, async (director) => {
    director.lvskit('director up');
    const killed = watcherOf(director);
    director.lvskit('director up');
    assert.match(director.lvskit('director status'), new RegExp(`^new NICs +attached by process ${killed}$`, 'm'));

    process.kill(killed, 'SIGKILL');
    await until('it to be gone', () => !lives(killed));
    assert.equal(director.status().watcher, null);
    director.ip('link add later type veth peer name far1', 'link set far1 up', 'link set later up');
    director.ip('address add 10.99.2.1/24 dev later');
    director.lvskit('director up --no-watch');
    assert.deepEqual([isAttached(director, 'later'), existsSync(recordOf(director))], [true, false]);

    director.lvskit('director up');
    const last = watcherOf(director);
    director.lvskit('director down');
    assert.deepEqual([lives(last), existsSync(recordOf(director))], [false, false]);
  });
});

test('the watcher does not keep its namespace in being', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-gone`, async (director) => {
    director.lvskit('director up');
    const watcher = watcherOf(director);
    // Of a process alone, as in a container: the name goes first.
    const inhabitant = startInBackground([...inNamespace(director.name), 'sleep', '60']);
    await until('the inhabitant to be in', () =>
      runCommand(['ip', 'netns', 'pids', director.name]).stdout.includes(`${inhabitant.pid}\n`),
    );
    const pins = `/run/lvskit/bpf/netns-${director.cookie()}`;
    assert.ok(existsSync(pins));
    runCommand(['ip', 'netns', 'delete', director.name]);
    assert.ok(lives(watcher));
    process.kill(inhabitant.pid, 'SIGKILL');
    await until('the watcher to end', () => !lives(watcher));
    sweepDeadNamespaces();
    assert.ok(!existsSync(pins));
  });
});
