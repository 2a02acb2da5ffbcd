// The doctor on labs of every way of forwarding: healthy ones, and with each fault that `lvskit lab fault` knows. What it
// tells to mend a fault is then done, and must mend it.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Diagnosis, diagnose, type Finding, reachBy } from '../../src/doctor/mod.ts';
import { FAULTS, findFault, injectFault, type Lab, undoFault } from '../../src/lab/mod.ts';
import { bringUpVirtualServer, takeDownVirtualServer } from '../../src/suite/mod.ts';
import { ownLauncher, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT } from './netpipe-namespaces.ts';
import { enter } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { type Example, exampleCluster, exampleFile } from './support/virtual-server.ts';

// Halves the start of the programs below, as bin/lvskit does it.
process.env.NODE_COMPILE_CACHE ??= join(homedir(), '.cache', 'lvskit');

/** Each fault where it does most harm; some where they look different. */
const FAULTS_OF: Readonly<Record<Example, readonly string[]>> = {
  'vs-nat': ['default-gateway', 'asymmetric-route', 'ip-forward', 'director-vip-missing', 'checksum', 'dead-service'],
  'vs-dr': ['arp-announce', 'vip-missing', 'client-route', 'direct-client', 'rp-filter', 'firewall', 'server-method'],
  'vs-dr-1nic': ['arp-vip', 'vip-device', 'send-redirects', 'direct-client', 'nic-down', 'service-missing'],
  'vs-tun': ['mtu-black-hole', 'mtu-mismatch', 'decapsulation', 'director-detached', 'server-weight'],
  'vs-dr-martian': ['accept-local', 'rp-filter', 'conntrack', 'director-down', 'server-missing'],
};

/** Those that no command of the doctor's can mend: somebody must start a service, or replace a NIC. */
const MENDED_BY_HAND = ['dead-service', 'checksum'];

/** A packet filter that the remedy leaves in place, with an exception. */
const LEFT_HARMLESS = ['conntrack', 'firewall'];

/** Their undoing is part of that of director-down, and each command of theirs takes a start of lvskit. */
const UNDONE_AS_DIRECTOR_DOWN = [
  'service-missing',
  'server-missing',
  'server-weight',
  'server-method',
  'director-detached',
];

const BIN = LVSKIT.replace(/\/lvskit$/, '');

function look({ plan }: Lab): Promise<Diagnosis> {
  return diagnose({
    cluster: plan.cluster,
    plans: plan.machines.map(({ hostPlan }) => hostPlan),
    reaches: plan.machines.map(({ name }) => reachBy(enterOf(plan, name), name, ownLauncher())),
    probes: { timeoutMs: 1000 },
  });
}

function enterOf(plan: Lab['plan'], machine: string): readonly string[] {
  return enter({ plan } as Lab, machine);
}

function named({ findings }: Diagnosis): readonly string[] {
  return findings.map(({ name }) => name);
}

async function mend(lab: Lab, { remedies }: Finding): Promise<void> {
  for (const { machine, command } of remedies) {
    await runCommandAsync([...enter(lab, machine), 'sh', '-c', `PATH=${BIN}:$PATH; ${command}`]);
  }
}

async function withLab(name: string, example: Example, work: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await bringUpVirtualServer(exampleCluster(example), { name, services: true });
  try {
    await work(lab);
  } finally {
    await takeDownVirtualServer(name);
  }
}

test('every fault is put into some lab below', () => {
  const used = new Set(Object.values(FAULTS_OF).flat());
  assert.deepEqual(
    FAULTS.map(({ name }) => name).filter((name) => !used.has(name)),
    [],
  );
});

// At the same time, because most of the time goes by in waiting for answers that do not come.
describe('of each example', { concurrency: true }, () => {
  for (const [example, faults] of Object.entries(FAULTS_OF) as [Example, readonly string[]][]) {
    test(
      `${example}: healthy, no finding; with a fault, its finding and no other`,
      needing('nft', 'ethtool', 'ss'),
      async () => {
        await withLab(`t${process.pid}-doc-${example}`, example, async (lab) => {
          assert.deepEqual((await look(lab)).findings, []);
          // Each fault is found alone, so that the one before it has been mended.
          for (const name of faults) {
            const fault = findFault(name, FAULTS);
            await injectFault(lab.plan, fault);
            const diagnosis = await look(lab);
            assert.deepEqual(
              named(diagnosis),
              [name],
              `${example} with ${name}: ${JSON.stringify(diagnosis.findings)}`,
            );
            const [finding] = diagnosis.findings as [Finding];
            assert.equal(finding.remedies.length === 0, MENDED_BY_HAND.includes(name), JSON.stringify(finding));
            if (finding.remedies.length > 0) await mend(lab, finding);
            // What its remedies leave is no fault: a rule that a rule before it makes harmless.
            if (finding.remedies.length === 0 || LEFT_HARMLESS.includes(name)) await undoFault(lab.plan, fault);
          }
          assert.deepEqual((await look(lab)).findings, [], `${example} after all faults are mended`);
          const undone = faults.filter((name) => !UNDONE_AS_DIRECTOR_DOWN.includes(name));
          for (const fault of undone.map((name) => findFault(name, FAULTS))) {
            await injectFault(lab.plan, fault);
            await undoFault(lab.plan, fault);
          }
          assert.deepEqual((await look(lab)).findings, [], `${example} after all faults are undone`);
        });
      },
    );
  }
});

function lvskit(...words: readonly string[]) {
  return runCommandAsync([LVSKIT, ...words], { allowFailure: true, timeoutMs: 60_000 });
}

/** What ssh does with its words: options, host, and a line for the other side's shell. */
const SSH = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
namespace=$1; shift
exec nsenter --net=/run/netns/$namespace -- sh -c "PATH=${BIN}:$PATH; $*"
`;

test('the command tells findings with exit status 1, health with 0, of a lab and of hosts that it reaches by ssh', async () => {
  const name = `t${process.pid}-doc-cli`;
  await withLab(name, 'vs-dr-1nic', async () => {
    assert.equal((await lvskit('lab', 'fault', name, 'arp-vip', '--on', 'bashfull')).status, 0);
    const sick = await lvskit('doctor', '--lab', name, '--timeout', '0.5');
    assert.equal(sick.status, 1, sick.stderr);
    assert.match(
      sick.stdout,
      /^realserver2 answers ARP for the VIP 192\.168\.1\.110 on eth0 \(arp-vip\)\n {2}evidence /,
    );
    assert.match(sick.stdout, /\n {2}mend {6}realserver2: sysctl -w net\.ipv4\.conf\.all\.arp_ignore=1\n/);

    await withScratch(async (folder) => {
      writeFileSync(join(folder, 'ssh'), SSH, { mode: 0o755 });
      const via = ['--via', `ssh -oBatchMode=yes ${name}-{name}`];
      const words = [exampleFile('vs-dr-1nic'), ...via, '--no-probes', '--json', '--skip', 'client'];
      const argv = ['env', `PATH=${folder}:${process.env.PATH}`, LVSKIT, 'doctor', ...words];
      const { status, stdout } = await runCommandAsync(argv, { allowFailure: true });
      const { healthy, findings, examined } = JSON.parse(stdout) as Diagnosis & { readonly healthy: boolean };
      assert.deepEqual([status, healthy, findings.map((finding) => finding.name)], [1, false, ['arp-vip']]);
      assert.deepEqual(examined, ['director', 'realserver1', 'realserver2']);
    });

    assert.equal((await lvskit('lab', 'fault', name, 'arp-vip', '--undo')).status, 0);
    const healed = await lvskit('doctor', '--lab', name, '--timeout', '0.5');
    assert.deepEqual(healed, {
      status: 0,
      stdout: 'Nothing found: 4 machines looked at, 6 connections tried through the VIP.\n',
      stderr: '',
    });
  });
});

test('machines that cannot be reached are told, and are no health', async () => {
  const { status, stdout } = await lvskit('doctor', exampleFile('vs-nat'), '--via', 'false');
  assert.equal(status, 1);
  assert.match(stdout, /^director could not be looked at: no command runs there \(status 1\)\.$/m);
  assert.match(stdout, /^Not examined: no machine could be looked at\.$/m);
});

test('a fault that is not there, or would break nothing, is refused with status 2', async () => {
  const name = `t${process.pid}-doc-no`;
  const lab = await bringUpVirtualServer(exampleCluster('vs-nat'), { name });
  try {
    const unknown = await lvskit('lab', 'fault', name, 'arp');
    assert.deepEqual([unknown.status, unknown.stdout], [2, '']);
    assert.match(unknown.stderr, /^lvskit: there is no fault 'arp'\nChoose one of: arp-vip, /);
    const misplaced = await lvskit('lab', 'fault', lab.plan.name, 'arp-vip');
    assert.equal(misplaced.status, 2);
    assert.match(
      misplaced.stderr,
      /^lvskit: fault 'arp-vip' would break nothing in lab .*\nIt needs: VS-DR and VS-TUN/,
    );
    const { stdout } = await lvskit('lab', 'fault', name, '--list');
    assert.match(stdout, /^default-gateway\n( {4}.*\n)+ {4}on: realserver1, realserver2$/m);
    assert.doesNotMatch(stdout, /^arp-vip$/m);
  } finally {
    await takeDownVirtualServer(name);
  }
});
