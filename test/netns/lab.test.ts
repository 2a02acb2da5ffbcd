// Real labs in network namespaces. Each test's labs have names of their own and are removed whatever happens; their
// records are in a directory of this test's, so that labs of others are left alone.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import {
  applyLab,
  detectKernel,
  type LabOptions,
  type LabPlan,
  listLabs,
  namespacesOf,
  planLab,
  removeAllLabs,
  removeLab,
} from '../../src/lab/mod.ts';
import { existingNamespaces } from '../../src/lab/namespaces.ts';
import { createState } from '../../src/lab/state.ts';
import { runCommand } from '../../src/system/mod.ts';
import { type PaperVariant, paperCluster } from '../lab/paper-cluster.ts';
import { connectTo, offloadsOf, qdiscsOf, runIn, startNameServer } from './lab-probes.ts';

const stateDirectory = mkdtempSync(join(tmpdir(), 'lvskit-labs-'));
const kernel = detectKernel();

afterEach(async () => {
  await removeAllLabs(stateDirectory);
});

after(() => {
  rmSync(stateDirectory, { recursive: true });
});

function planned(suffix: string, options: Partial<LabOptions> = {}, variant: PaperVariant = {}): LabPlan {
  return planLab(paperCluster(variant), { name: `t${process.pid}-${suffix}`, ...options }, kernel);
}

async function applied(suffix: string, options: Partial<LabOptions> = {}, variant: PaperVariant = {}) {
  return (await applyLab(planned(suffix, options, variant), { stateDirectory })).plan;
}

test('the first packet to every machine arrives at once, and none is sent twice', async () => {
  const plan = await applied('dr');
  for (const address of ['192.168.2.1', '192.168.1.9', '192.168.1.11', '192.168.1.12']) {
    assert.equal(connectTo(plan, 'client', address, 9), 'refused', address);
  }
  const retransmitted = runIn(plan, 'client', ['awk', '/^Tcp: [0-9]/ { print $13 }', '/proc/net/snmp']);
  assert.equal(retransmitted.trim(), '0');
});

test('a realserver serves the client directly, and through the director as a router', async () => {
  const plan = await applied('forward');
  await startNameServer(plan, 'realserver1', 7000);
  assert.equal(connectTo(plan, 'client', '192.168.1.11', 7000), 'realserver1');
  const before = forwardedPackets(plan);
  runIn(plan, 'client', ['ip', 'route', 'add', '192.168.1.11/32', 'via', '192.168.2.1']);
  assert.equal(connectTo(plan, 'client', '192.168.1.11', 7000), 'realserver1');
  assert.ok(forwardedPackets(plan) > before);
});

test('only the director answers ARP for the VIP', async () => {
  const plan = await applied(
    'arp',
    {},
    { directorVip: { kind: 'arping', device: 'eth0', label: 'eth0:110', prefixLength: 32 } },
  );
  runIn(plan, 'client', ['ip', 'route', 'del', '192.168.1.110/32']);
  assert.equal(connectTo(plan, 'client', '192.168.1.110', 9), 'refused');
  const neighbour = runIn(plan, 'client', ['ip', 'neigh', 'show', '192.168.1.110']);
  assert.match(neighbour, /lladdr 02:00:c0:a8:01:09/);
});

test('nobody answers ARP for a VIP that is accepted by transparent proxy, yet packets routed there are accepted', async () => {
  const holding = { kind: 'transparent-proxy' } as const;
  const plan = await applied('tp', {}, { directorVip: holding, realserverVip: holding });
  assert.equal(connectTo(plan, 'client', '192.168.1.110', 9), 'refused');
  runIn(plan, 'client', ['ip', 'route', 'del', '192.168.1.110/32']);
  assert.equal(connectTo(plan, 'client', '192.168.1.110', 9), 'unreachable');
});

test('TCP uses cubic, whatever the host uses', async () => {
  const plan = await applied('cc');
  await startNameServer(plan, 'realserver1', 7000);
  const listing = runIn(plan, 'client', ['bash', '-c', 'exec 3<>/dev/tcp/192.168.1.11/7000; ss -tin']);
  assert.match(listing, /\bcubic\b/);
});

test('two labs with the same addresses stand side by side', async () => {
  const [one, two] = [await applied('one'), await applied('two')];
  await startNameServer(one, 'realserver1', 7000);
  assert.equal(connectTo(one, 'client', '192.168.1.11', 7000), 'realserver1');
  assert.equal(connectTo(two, 'client', '192.168.1.11', 7000), 'refused');
  await removeLab(one.name, stateDirectory);
  assert.equal(connectTo(two, 'client', '192.168.1.11', 9), 'refused');
});

test('a lab adds nothing to the namespace that it is built from', async () => {
  const devices = () => runCommand(['ip', '-brief', 'link']).stdout;
  const before = devices();
  await applied('host');
  assert.equal(devices(), before);
});

test('the MTU holds on NICs, switch ports and bridges', async () => {
  const plan = await applied('mtu', { mtu: 400 });
  for (const device of ['lan1', 'port1']) assert.match(linkIn(plan.switchNamespace, device), / mtu 400 /);
  assert.match(linkIn(`${plan.name}-client`, 'eth1'), / mtu 400 /);
});

test('a rate is a token bucket at both ends of the wire behind every port', async () => {
  const plan = await applied('rate', { rate: '100mbit' });
  const bucket = { kind: 'tbf', rate: 12_500_000 };
  for (const end of ['near1', 'far1']) assert.deepEqual(qdiscsOf(plan.switchNamespace, end), [bucket]);
  assert.equal(connectTo(plan, 'client', '192.168.1.11', 9), 'refused');
});

test('without offload neither end of a cable segments, merges or leaves checksums out', async () => {
  const plan = await applied('offload', { offload: false });
  for (const [namespace, device] of [
    [`${plan.name}-client`, 'eth0'],
    [plan.switchNamespace, 'port1'],
  ] as const) {
    assert.deepEqual(offloadsOf(namespace, device), {
      'tcp-segmentation-offload': false,
      'generic-segmentation-offload': false,
      'generic-receive-offload': false,
      'tx-checksumming': false,
      'rx-checksumming': false,
    });
  }
  assert.equal(connectTo(plan, 'client', '192.168.1.11', 9), 'refused');
});

test('64 realservers come up, answer, and go', async (context) => {
  const startedMs = performance.now();
  const plan = await applied('many', { realservers: 64 });
  const upMs = performance.now() - startedMs;
  const last = plan.links.at(-1)?.address ?? '';
  assert.equal(connectTo(plan, 'client', last, 9), 'refused');
  const removalStartedMs = performance.now();
  await removeLab(plan.name, stateDirectory);
  const downMs = performance.now() - removalStartedMs;
  assert.deepEqual(existingNamespaces(namespacesOf(plan)), []);
  context.diagnostic(`up in ${upMs.toFixed(0)} ms, down in ${downMs.toFixed(0)} ms`);
});

test('removing a lab ends the programs that run in it', async () => {
  const plan = await applied('busy');
  const { ended } = await startNameServer(plan, 'realserver1', 7000);
  await removeLab(plan.name, stateDirectory);
  assert.equal(await ended, 'SIGKILL');
  assert.deepEqual(readdirSync(stateDirectory), []);
});

test('what a killed command has left half built is removed', async () => {
  const plan = planned('killed');
  const made = namespacesOf(plan).slice(0, 2);
  const createdAt = new Date().toISOString();
  createState({ format: 1, status: 'building', createdAt, builderPid: 1, plan }, stateDirectory);
  for (const namespace of made) runCommand(['ip', 'netns', 'add', namespace]);
  assert.deepEqual(await removeAllLabs(stateDirectory), [plan.name]);
  assert.deepEqual(existingNamespaces(made), []);
  assert.deepEqual(listLabs(stateDirectory), []);
});

test('a name can be used by one lab only, which stays as it is', async () => {
  const plan = await applied('name');
  await assert.rejects(applyLab(plan, { stateDirectory }), { code: 'LAB_NAME_IN_USE' });
  assert.equal(connectTo(plan, 'client', '192.168.1.11', 9), 'refused');
});

test("somebody else's namespace is named and left alone", async () => {
  const plan = planned('foreign');
  const foreign = `${plan.name}-client`;
  runCommand(['ip', 'netns', 'add', foreign]);
  try {
    await assert.rejects(applyLab(plan, { stateDirectory }), {
      code: 'LAB_NAMESPACE_IN_USE',
      message: new RegExp(`'${foreign}'`),
    });
    assert.deepEqual(existingNamespaces(namespacesOf(plan)), [foreign]);
    assert.deepEqual(listLabs(stateDirectory), []);
  } finally {
    runCommand(['ip', 'netns', 'del', foreign]);
  }
});

test('a lab that cannot be built says which line failed and leaves nothing', async () => {
  const plan = planned('broken');
  const links = plan.links.map((link) => ({ ...link, mac: 'no-mac' }));
  await assert.rejects(applyLab({ ...plan, links }, { stateDirectory }), {
    code: 'LAB_BUILD_FAILED',
    message: /line: link add port1 .* address no-mac/,
  });
  assert.deepEqual(existingNamespaces(namespacesOf(plan)), []);
  assert.deepEqual(listLabs(stateDirectory), []);
});

test('a lab that is interrupted while it is built leaves nothing', async () => {
  const plan = planned('interrupted');
  const controller = new AbortController();
  const building = applyLab(plan, { stateDirectory, signal: controller.signal });
  controller.abort();
  await assert.rejects(building, { code: 'LAB_INTERRUPTED' });
  assert.deepEqual(existingNamespaces(namespacesOf(plan)), []);
  assert.deepEqual(listLabs(stateDirectory), []);
});

function forwardedPackets(plan: LabPlan): number {
  return Number(runIn(plan, 'director', ['awk', '/^Ip: [0-9]/ { print $7 }', '/proc/net/snmp']));
}

function linkIn(namespace: string, device: string): string {
  return runCommand(['ip', '-n', namespace, 'link', 'show', device]).stdout;
}
