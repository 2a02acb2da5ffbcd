// Applying a conf file that has changed: what it no longer asks for goes, what is new comes, what stays is not touched.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { exampleConf, type Hosts, lvskitSays, stateOf, withHosts, withService } from './support/apply-hosts.ts';
import { withScratch } from './support/scratch.ts';

const NO_OPTIONS = {};

/** A conf file made of an example's by replacing words, and the example's hosts file likewise. */
interface Variant {
  readonly example: string;
  readonly conf?: readonly (readonly [from: string, to: string])[];
  readonly hosts?: readonly (readonly [from: string, to: string])[];
  /** Further words for `lvskit apply`. */
  readonly words?: readonly string[];
}

/** The same on kernels with ipip and without. */
const OWN_DECAPSULATOR = { words: ['--decapsulator', 'lvskit'] } as const;

function replaceAll(text: string, words: Variant['conf'] = []): string {
  return words.reduce((result, [from, to]) => {
    assert.ok(result.includes(from), from);
    return result.replaceAll(from, to);
  }, text);
}

async function applyVariant(hosts: Hosts, machine: string, variant: Variant): Promise<string> {
  let said = '';
  await withScratch(async (folder) => {
    const example = exampleConf(variant.example);
    const conf = join(folder, 'changed.conf');
    writeFileSync(conf, replaceAll(readFileSync(example, 'utf8'), variant.conf));
    const hostsText = readFileSync(join(dirname(example), 'hosts'), 'utf8');
    writeFileSync(join(folder, 'hosts'), replaceAll(hostsText, variant.hosts));
    said = await lvskitSays(hosts, machine, ['apply', conf, ...(variant.words ?? [])]);
  });
  return said;
}

/** The services, a line each, as the director has them. */
async function rules(hosts: Hosts): Promise<readonly string[]> {
  return (await lvskitSays(hosts, 'director', ['ipvsadm', '-Sn'])).trim().split('\n');
}

test('a service that stays keeps its connections while others come and go', async () => {
  await withHosts('vs-nat', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'director');
    for (const { name } of hosts.cluster.machines) {
      await lvskitSays(hosts, name, ['apply', exampleConf('vs-nat')]);
    }
    await withService(hosts, async (connect) => {
      const connection = await connect();
      const said = await applyVariant(hosts, 'director', {
        example: 'vs-nat',
        conf: [['SERVICE=t netpipe rr realserver1 ', 'SERVICE=u 53 wrr realserver2 ']],
      });
      assert.match(said, /^ {2}set {2}lvskit ipvsadm -A -u 192\.168\.2\.110:53 -s wrr$/m);
      assert.match(said, /^ {2}undo lvskit ipvsadm -A -t 192\.168\.2\.110:5002 -s rr$/m);
      assert.equal(await connection.say('still there?'), 'still there?');
      assert.deepEqual(await rules(hosts), [
        '-A -t 192.168.2.110:23 -s rr',
        '-a -t 192.168.2.110:23 -r 192.168.1.11:23 -m -w 1',
        '-a -t 192.168.2.110:23 -r 192.168.1.12:23 -m -w 1',
        '-A -u 192.168.2.110:53 -s wrr',
        '-a -u 192.168.2.110:53 -r 192.168.1.12:53 -m -w 1',
      ]);
    });
    await lvskitSays(hosts, 'director', ['remove']);
    assert.deepEqual(stateOf(hosts, 'director'), before);
  });
});

test('INITIAL_STATE off stops new connections and forwarding, on starts them, and the first state is not forgotten', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'director');
    const off: Variant = { example: 'vs-dr', conf: [['INITIAL_STATE=on', 'INITIAL_STATE=off']] };
    await applyVariant(hosts, 'director', { example: 'vs-dr' });
    await applyVariant(hosts, 'director', off);
    assert.deepEqual(
      (await rules(hosts)).filter((line) => line.endsWith('-w 1')),
      [],
    );
    assert.ok(stateOf(hosts, 'director').includes('/proc/sys/net/ipv4/ip_forward = 0'));
    await applyVariant(hosts, 'director', { example: 'vs-dr' });
    assert.ok(stateOf(hosts, 'director').includes('/proc/sys/net/ipv4/ip_forward = 1'));
    assert.equal((await rules(hosts)).filter((line) => line.endsWith('-w 1')).length, 3);
    await lvskitSays(hosts, 'director', ['remove']);
    assert.deepEqual(stateOf(hosts, 'director'), before);
  });
});

test('another VIP, gateway and way to hold the VIP replace the old ones', async () => {
  await withHosts('vs-tun', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'realserver1');
    await applyVariant(hosts, 'realserver1', { example: 'vs-tun', ...OWN_DECAPSULATOR });
    await applyVariant(hosts, 'realserver1', {
      ...OWN_DECAPSULATOR,
      example: 'vs-tun',
      conf: [['SERVER_VIP_DEVICE=tunl0', 'SERVER_VIP_DEVICE=TP']],
      hosts: [['192.168.1.110 ', '192.168.1.111 ']],
    });
    const state = stateOf(hosts, 'realserver1');
    assert.deepEqual(
      state.filter((line) => line.includes('192.168.1.110')),
      [],
    );
    assert.ok(state.some((line) => line.includes('local 192.168.1.111 dev lo')));
    assert.ok(
      state.some((line) => /^eth0 ingress: .*lvs_decap/.test(line)),
      'no longer takes tunnels apart',
    );
    await lvskitSays(hosts, 'realserver1', ['remove']);
    assert.deepEqual(stateOf(hosts, 'realserver1'), before);
  });
});

test('a host that becomes another machine is no longer what it was', async () => {
  await withHosts('vs-tun', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'realserver1');
    await applyVariant(hosts, 'realserver1', { example: 'vs-tun', ...OWN_DECAPSULATOR });
    const said = await applyVariant(hosts, 'realserver1', {
      example: 'vs-dr-1nic',
      hosts: [
        ['192.168.1.9 ', '192.168.1.8 '],
        ['192.168.1.11 ', '192.168.1.9 '],
        ['192.168.1.8 ', '192.168.1.11 '],
      ],
    });
    assert.match(said, /^This host is director /);
    const state = stateOf(hosts, 'realserver1');
    assert.ok(state.some((line) => /^eth0 ingress: .*lvs_ingress/.test(line)));
    assert.ok(!state.some((line) => line.includes('dev lo label') || line.includes('lvs_decap')));
    assert.ok(state.some((line) => line.includes('192.168.1.110/32 scope global eth0:110')));
    await lvskitSays(hosts, 'realserver1', ['remove']);
    assert.deepEqual(stateOf(hosts, 'realserver1'), before);
  });
});

test('when a changed conf cannot be applied, the former one stays in force', async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'realserver1');
    await applyVariant(hosts, 'realserver1', { example: 'vs-dr' });
    const applied = stateOf(hosts, 'realserver1');
    const changed = applyVariant(hosts, 'realserver1', {
      example: 'vs-dr',
      conf: [['SERVER_VIP_DEVICE=lo:0', 'SERVER_VIP_DEVICE=tunl0']],
      hosts: [
        ['192.168.1.110 ', '192.168.1.111 '],
        ['192.168.1.254 ', '192.168.1.255 '],
      ],
    });
    await assert.rejects(changed, /could not be set up/);
    assert.deepEqual(stateOf(hosts, 'realserver1'), applied);
    await lvskitSays(hosts, 'realserver1', ['remove']);
    assert.deepEqual(stateOf(hosts, 'realserver1'), before);
  });
});

test("a weight that an operator has changed becomes the conf's again, and the service still goes with remove", async () => {
  await withHosts('vs-dr', NO_OPTIONS, async (hosts) => {
    const before = stateOf(hosts, 'director');
    await applyVariant(hosts, 'director', { example: 'vs-dr' });
    const drain = ['ipvsadm', '-e', '-t', '192.168.1.110:23', '-r', '192.168.1.11', '-g', '-w', '0'];
    await lvskitSays(hosts, 'director', drain);
    const said = await applyVariant(hosts, 'director', { example: 'vs-dr' });
    assert.match(said, /\nDone: 1 change\. /);
    assert.deepEqual(
      (await rules(hosts)).filter((line) => line.endsWith('-w 0')),
      [],
    );
    await lvskitSays(hosts, 'director', drain);
    await lvskitSays(hosts, 'director', ['remove']);
    assert.deepEqual(stateOf(hosts, 'director'), before);
  });
});
