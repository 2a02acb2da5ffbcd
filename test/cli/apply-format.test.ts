import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatApplied, formatOutlook, formatRemoved, outlookAsJson } from '../../src/cli/apply-format.ts';
import type { HostOutlook, Removed } from '../../src/host/mod.ts';
import { machineOf, paperCluster } from '../lab/paper-cluster.ts';

const CLUSTER = paperCluster();
const MACHINE = machineOf(CLUSTER, 'realserver1');
const OUTLOOK: HostOutlook = {
  machine: MACHINE,
  steps: [
    { commands: ['sysctl -w a=1'], isSo: true },
    { commands: ['lvskit ipvsadm -A', 'lvskit ipvsadm -a'], isSo: false },
  ],
  obsolete: ['sysctl -w b=1'],
};
const NOTHING_UNDONE = { undone: [], left: [] };

test('a plan says who the host is, and each command what becomes of it', () => {
  assert.equal(
    formatOutlook(OUTLOOK, CLUSTER),
    [
      'This host is realserver1 (sneezy) of vs-dr.conf: 192.168.1.11 on eth0.',
      '  =    sysctl -w a=1',
      '  set  lvskit ipvsadm -A',
      '  set  lvskit ipvsadm -a',
      '  undo sysctl -w b=1',
      '',
    ].join('\n'),
  );
});

test('the last line says what was done', () => {
  assert.equal(formatApplied(undefined), 'Nothing has been set: this was a dry run.\n');
  assert.equal(formatApplied({ machine: MACHINE, made: 0, undoing: NOTHING_UNDONE }), 'All of it was so already.\n');
  assert.equal(
    formatApplied({ machine: MACHINE, made: 1, undoing: { undone: ['x', 'y'], left: [] } }),
    'Done: 1 change, 2 undone. To undo all: lvskit remove\n',
  );
});

test('what remove leaves is named', () => {
  const removed: Removed = {
    record: {
      format: 1,
      boot: '',
      status: 'interrupted',
      confFile: 'x.conf',
      machine: 'm',
      role: 'client',
      changes: [],
    },
    undone: ['sysctl -w a=1'],
    left: ['b is 2 by now'],
  };
  assert.equal(
    formatRemoved(removed),
    [
      'This host was set up as m of x.conf, though it was interrupted.',
      '  undo sysctl -w a=1',
      'Undone: 1 step.',
      'Left as somebody else has made it:',
      '  b is 2 by now',
      '',
    ].join('\n'),
  );
  assert.match(formatRemoved(undefined), /^There is nothing to undo/);
});

test('JSON of a dry run has the steps and no changes', () => {
  assert.deepEqual(outlookAsJson(OUTLOOK, undefined), {
    machine: 'realserver1',
    role: 'realserver',
    nics: [{ device: 'eth0', address: '192.168.1.11' }],
    steps: [
      { commands: ['sysctl -w a=1'], state: 'so' },
      { commands: ['lvskit ipvsadm -A', 'lvskit ipvsadm -a'], state: 'to be set' },
    ],
    obsolete: ['sysctl -w b=1'],
    applied: false,
    changes: 0,
  });
});
