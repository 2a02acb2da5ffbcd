import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLabJson, formatLabTable, formatLabUp } from '../../src/cli/lab-format.ts';
import { DISTRIBUTION_KERNEL } from '../../src/director/mod.ts';
import { type Lab, type LabOptions, planLab } from '../../src/lab/mod.ts';
import { type PaperVariant, paperCluster } from '../lab/paper-cluster.ts';

function labOf(options: LabOptions, variant: PaperVariant = {}): Lab {
  const plan = planLab(paperCluster(variant), options, DISTRIBUTION_KERNEL);
  return { format: 1, status: 'up', createdAt: new Date(2000, 5, 24, 9, 5).toISOString(), builderPid: 1, plan };
}

test('no lab is said in words', () => {
  assert.equal(formatLabTable([]), 'No lab is up.\n');
  assert.equal(formatLabJson([]), '[]\n');
});

test('labs are listed in columns', () => {
  const labs = [labOf({ name: 'vs-dr' }), labOf({ name: 'big', realservers: 64 })];
  assert.equal(
    formatLabTable(labs),
    `${[
      'NAME   STATE  MACHINES  NETWORKS  SINCE         CONF',
      'vs-dr  up     4         2         Jun 24 09:05  vs-dr.conf',
      'big    up     66        2         Jun 24 09:05  vs-dr.conf',
    ].join('\n')}\n`,
  );
});

test('a long conf name is cut at its front to keep the line within 80 columns', () => {
  const lab = labOf({ name: 'vs-dr' });
  const source = { confFile: `/etc/${'long-'.repeat(20)}end.conf`, hostsFile: 'hosts' };
  const [, line = ''] = formatLabTable([
    { ...lab, plan: { ...lab.plan, cluster: { ...lab.plan.cluster, source } } },
  ]).split('\n');
  assert.equal(line.length, 80);
  assert.match(line, / …[a-z-]+end\.conf$/);
});

test('after lab up one reads what stands and what to do next', () => {
  const lines = formatLabUp(labOf({ name: 'vs-dr' }), 153.4).split('\n');
  assert.equal(lines[0], 'Lab vs-dr is up after 0.15 s: director, client and 2 realservers on 2 networks.');
  assert.equal(lines[1], 'VIP 192.168.1.110, VS-DR: tcp 23 rr, tcp 5002 rr');
  assert.match(lines[3] ?? '', /^ {2}lvskit lab exec vs-dr client -- bash {2,}a shell on a machine$/);
});

test('a lab whose conf says off is said to forward nothing', () => {
  assert.match(formatLabUp(labOf({ name: 'off' }, { forwardingEnabled: false }), 1), /forwards nothing/);
  assert.doesNotMatch(formatLabUp(labOf({ name: 'on' }), 1), /forwards nothing/);
});

test('the JSON listing names namespaces and links', () => {
  const [lab] = JSON.parse(formatLabJson([labOf({ name: 'vs-dr' })]));
  assert.deepEqual(lab.machines[0], { name: 'director', namespace: 'vs-dr-director' });
  assert.equal(lab.links.length, 6);
  assert.equal(lab.state, 'up');
});
