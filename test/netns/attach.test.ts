// Where the director stands on a NIC: on the tcx list if there is one, behind the tc filters of others if there are any,
// and never in the way of those behind it.

import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { test } from 'node:test';
import { loadEmptyProgram } from '../../bench/support/empty-program.ts';
import { setFilter } from '../../src/dataplane/tc-filters.ts';
import { listTcx } from '../../src/dataplane/tcx.ts';
import { inNetworkNamespace, interfaceIndex, runCommand } from '../../src/system/mod.ts';
import { programsOn } from '../bpf/attached-programs.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { until } from './netpipe-namespaces.ts';
import { type LoneDirector, withLoneDirector } from './support/lone-director.ts';

function tc({ name }: LoneDirector, words: string): string {
  return runCommand(['tc', '-n', name, ...words.split(' ')]).stdout;
}

/** tcx, where the kernel has it, or tc filters. */
function placesOf({ name }: LoneDirector, device: string): { tcx: number; filters: number; all: readonly string[] } {
  return inNetworkNamespace(`/run/netns/${name}`, () => {
    const ifindex = interfaceIndex(device) ?? 0;
    const tcx = listTcx(ifindex, 'ingress')?.length ?? 0;
    const all = programsOn(device, 'ingress');
    return { tcx, filters: all.length - tcx, all };
  });
}

const HAS_TCX = listTcx(1, 'ingress') !== undefined;

const ALONE = HAS_TCX ? { tcx: 1, filters: 0, all: ['lvs_ingress'] } : { tcx: 0, filters: 1, all: ['lvs_ingress'] };
const BEHIND_FILTERS = { tcx: 0, filters: 2, all: ['empty', 'lvs_ingress'] };

/** <linux/pkt_cls.h> */
const DROP = 2;
/** Without a meaning to the kernel: as if the filter were not there. */
const GOES_ON = 100;

function addFilter({ name }: LoneDirector, priority: number, fd: number): void {
  const errno = inNetworkNamespace(`/run/netns/${name}`, () =>
    setFilter(fd, { ifindex: interfaceIndex('first') ?? 0, point: 'ingress', handle: 1, priority }),
  );
  closeSync(fd);
  assert.equal(errno, 0);
}

/** Whether the director's host answers what comes to its NIC: that nothing listens there. */
function answers({ name }: LoneDirector): boolean {
  const connect = ['socat', '-u', '/dev/null', 'TCP:10.99.1.1:9,connect-timeout=1'];
  const { stderr } = runCommand(['nsenter', `--net=/run/netns/${name}-far`, ...connect], { allowFailure: true });
  return stderr.includes('Connection refused');
}

test('the director has one place on a NIC, also when it is loaded again', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-att`, async (director) => {
    director.lvskit('director up');
    assert.deepEqual(placesOf(director, 'first'), ALONE);
    director.lvskit('director reload');
    assert.deepEqual(placesOf(director, 'first'), ALONE);
    director.lvskit('director down');
    assert.deepEqual(placesOf(director, 'first').all, []);
  });
});

test('tc filters of others come before the director, from when they are there', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-att`, async (director) => {
    tc(director, 'qdisc add dev first clsact');
    director.lvskit('director up');
    assert.deepEqual(placesOf(director, 'first'), ALONE, 'an empty qdisc is nobody');
    addFilter(director, 10, loadEmptyProgram(GOES_ON));
    await until('the director behind it', () => placesOf(director, 'first').tcx === 0);
    assert.deepEqual(placesOf(director, 'first'), BEHIND_FILTERS);
    director.lvskit('director reload');
    assert.deepEqual(placesOf(director, 'first'), BEHIND_FILTERS);
    tc(director, 'filter delete dev first ingress prio 10');
    await until('the director back', () => placesOf(director, 'first').tcx === ALONE.tcx);
    assert.deepEqual(placesOf(director, 'first'), ALONE);
    director.lvskit('director down');
    assert.deepEqual(placesOf(director, 'first').all, []);
  });
});

test('what the director leaves to the stack is seen by filters behind it', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-att`, async (director) => {
    const far = `${director.name}-far`;
    runCommand(['ip', 'netns', 'add', far]);
    try {
      director.ip(`link set far netns ${far}`);
      const commands = 'link set far up\naddress add 10.99.1.2/24 dev far\n';
      runCommand(['ip', '-n', far, '-batch', '-'], { input: commands });
      director.lvskit('director up');
      await until('the host to answer', () => answers(director));
      addFilter(director, 200, loadEmptyProgram(DROP));
      await until('the director before it', () => placesOf(director, 'first').tcx === 0);
      assert.ok(!answers(director));
      director.lvskit('director down');
      assert.ok(!answers(director));
    } finally {
      runCommand(['ip', 'netns', 'delete', far]);
    }
  });
});
