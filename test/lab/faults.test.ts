// Faults as commands: where each can be, and that undoing one puts back what the lab's plan says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadCluster } from '../../src/conf/mod.ts';
import { FAULTS, findFault, type LabPlan, planLab } from '../../src/lab/mod.ts';

const KERNEL = { decapsulator: 'lvskit', dummyDevices: false } as const;
const EXAMPLES = ['vs-nat', 'vs-dr', 'vs-dr-1nic', 'vs-tun', 'vs-dr-martian', 'vs-dr-tp-both'] as const;

function planOf(example: string): LabPlan {
  const confFile = new URL(`../../examples/${example}.conf`, import.meta.url).pathname;
  return planLab(loadCluster({ confFile, hostsFile: undefined }), { name: 'lab' }, KERNEL);
}

function commandsOf(example: string, name: string, what: 'inject' | 'undo'): readonly string[] {
  const plan = planOf(example);
  const fault = findFault(name, FAULTS);
  const [machine] = fault.machines(plan.cluster);
  assert.ok(machine !== undefined, `${name} in ${example}`);
  return fault[what]({ plan, machine }).map((command) => `${command.machine}: ${command.argv.join(' ')}`);
}

test('names are told apart, and every fault has a place in some example', () => {
  const names = FAULTS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const clusters = EXAMPLES.map((example) => planOf(example).cluster);
  assert.deepEqual(
    FAULTS.filter(({ machines }) => clusters.every((cluster) => machines(cluster).length === 0)).map(
      ({ name }) => name,
    ),
    [],
  );
});

test('wherever a fault can be it has commands, to make it and to undo it', () => {
  for (const example of EXAMPLES) {
    const plan = planOf(example);
    for (const fault of FAULTS) {
      for (const machine of fault.machines(plan.cluster)) {
        const place = { plan, machine };
        assert.ok(fault.inject(place).length > 0, `${fault.name} on ${machine.name} of ${example}`);
        assert.ok(fault.undo(place).length > 0, `${fault.name} on ${machine.name} of ${example}`);
      }
    }
  }
});

test('faults are not offered where they would break nothing', () => {
  const at = (name: string) =>
    EXAMPLES.filter((example) => findFault(name, FAULTS).machines(planOf(example).cluster).length > 0);
  assert.deepEqual(at('ip-forward'), ['vs-nat', 'vs-dr-martian']);
  assert.deepEqual(at('rp-filter'), ['vs-dr', 'vs-tun', 'vs-dr-martian', 'vs-dr-tp-both']);
  assert.deepEqual(at('send-redirects'), ['vs-dr-1nic']);
  assert.deepEqual(at('conntrack'), ['vs-dr-martian']);
  assert.deepEqual(at('mtu-black-hole'), ['vs-tun']);
  assert.deepEqual(at('arp-vip'), ['vs-dr', 'vs-dr-1nic', 'vs-tun', 'vs-dr-martian']);
});

test('the VIP goes from where the plan has it, and comes back there', () => {
  assert.deepEqual(commandsOf('vs-tun', 'vip-missing', 'inject'), ['realserver1: ip addr del 192.168.1.110/32 dev lo']);
  assert.deepEqual(commandsOf('vs-tun', 'vip-missing', 'undo'), [
    'realserver1: ip addr replace 192.168.1.110/32 dev lo label lo:tunl0',
  ]);
});

test('a route is put back as the lab made it, congestion control and all', () => {
  assert.deepEqual(commandsOf('vs-nat', 'default-gateway', 'inject'), [
    'realserver1: ip route replace default via 192.168.1.12 dev eth0',
  ]);
  assert.deepEqual(commandsOf('vs-nat', 'default-gateway', 'undo'), [
    'realserver1: ip route replace default via 192.168.1.9 dev eth0 congctl cubic',
  ]);
});

test('a NIC that is plugged anew is made as the lab made it', () => {
  const plan = planOf('vs-dr');
  const fault = findFault('director-detached', FAULTS);
  const [machine] = fault.machines(plan.cluster);
  assert.ok(machine !== undefined);
  const cable = fault.inject({ plan, machine }).find((command) => command.machine === 'switch');
  assert.equal(
    cable?.input,
    `link del port1
link add port1 mtu 1500 type veth peer name eth1 netns lab-director mtu 1500 address 02:00:c0:a8:02:01
link set port1 alias director:eth1 master lan2 up
`,
  );
});

test('each fault is described in docs/doctor.md', () => {
  const text = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
  assert.deepEqual(
    FAULTS.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});
