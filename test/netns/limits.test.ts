// Machines of a lab with a share of a CPU, with little memory and with a slow disk: the limits hold for what runs there already and for what is
// started later, and go with the lab.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  enterNamespace,
  findMachine,
  type Lab,
  limitCpu,
  limitDisk,
  limitMemory,
  namespacePath,
} from '../../src/lab/mod.ts';
import {
  CGROUP_CONTROLLERS,
  dropFileCache,
  findCgroup,
  findProgram,
  requireDisk,
  runCommandAsync,
} from '../../src/system/mod.ts';
import { startInBackground, until } from './netpipe-namespaces.ts';
import { withVirtualServer } from './support/virtual-server.ts';

const MACHINE = 'realserver1';
const MEGABYTE = 2 ** 20;
const SPIN = 'while :; do :; done';
/** Time on CPU is looked at in ticks; over so long they are few. */
const WATCHED_MS = 1000;

function within(lab: Lab, argv: readonly string[]): readonly string[] {
  return [...enterNamespace(findMachine(lab.plan, MACHINE).namespace), ...argv];
}

function groupsOf(lab: Lab): readonly (string | undefined)[] {
  const { namespace } = findMachine(lab.plan, MACHINE);
  return CGROUP_CONTROLLERS.map((controller) => findCgroup(controller, `lvskit-${namespace}`));
}

/** ns on CPU, and the time in ns. */
function timesOf(pids: readonly number[]): { readonly cpuNs: number; readonly nowNs: number } {
  const each = pids.map((pid) => Number.parseInt(readFileSync(`/proc/${pid}/schedstat`, 'utf8'), 10));
  return { cpuNs: each.reduce((sum, ns) => sum + ns, 0), nowNs: performance.now() * 1e6 };
}

/** Before it has entered the machine's namespace it is none of its processes. */
async function untilInside(lab: Lab, pid: number): Promise<void> {
  const inside = `net:[${statSync(namespacePath(findMachine(lab.plan, MACHINE).namespace)).ino}]`;
  while (readlinkSync(`/proc/${pid}/ns/net`) !== inside) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function shareOf(pids: readonly number[]): Promise<number> {
  const before = timesOf(pids);
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const after = timesOf(pids);
  return (after.cpuNs - before.cpuNs) / (after.nowNs - before.nowNs);
}

test('a machine with a share of a CPU has no more, for processes from before and from afterwards together', async (context) => {
  await withVirtualServer('vs-dr', {}, async (lab) => {
    const before = startInBackground(within(lab, ['sh', '-c', SPIN]));
    await untilInside(lab, before.pid);
    const undo = limitCpu(lab.plan, MACHINE, 0.2);
    const after = startInBackground(within(lab, ['sh', '-c', SPIN]));
    const share = await shareOf([before.pid, after.pid]);
    context.diagnostic(`share ${share.toFixed(3)}`);
    // Each of them would have a whole CPU, or half of one on a busy machine.
    assert.ok(share < 0.3, `${share} of a CPU`);
    undo();
    assert.deepEqual(groupsOf(lab), [undefined, undefined, undefined]);
    const freed = await shareOf([before.pid, after.pid]);
    assert.ok(freed > share, `${freed} of a CPU without the limit`);
  });
});

test('a file that is larger than the memory of its machine is read from the disk every time', async () => {
  const folder = mkdtempSync('/var/tmp/lvskit-test-');
  const file = join(folder, 'file');
  try {
    requireDisk(folder);
    writeFileSync(file, Buffer.alloc(48 * MEGABYTE, '0'));
    dropFileCache(file);
    await withVirtualServer('vs-dr', {}, async (lab) => {
      const readTwice = async () => {
        const script = `cat ${file} >/dev/null; cat ${file} >/dev/null; cat /proc/$$/io`;
        const { stdout } = await runCommandAsync(within(lab, ['sh', '-c', script]));
        return Number(/^read_bytes: (\d+)/m.exec(stdout)?.[1]);
      };
      const undo = limitMemory(lab.plan, MACHINE, 24 * MEGABYTE);
      const limited = await readTwice();
      assert.ok(limited > 1.9 * 48 * MEGABYTE, `${limited} bytes from the disk`);
      undo();
      dropFileCache(file);
      const unlimited = await readTwice();
      assert.ok(unlimited < 1.1 * 48 * MEGABYTE, `${unlimited} bytes from the disk`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what no machine can have is refused, and limits that nobody has undone go with the lab', async () => {
  let groups: readonly (string | undefined)[] = [];
  await withVirtualServer('vs-dr', {}, async (lab) => {
    assert.throws(() => limitCpu(lab.plan, MACHINE, 0), { code: 'LAB_CPU_SHARE_INVALID' });
    assert.throws(() => limitCpu(lab.plan, MACHINE, 2), { code: 'LAB_CPU_SHARE_INVALID' });
    assert.throws(() => limitMemory(lab.plan, MACHINE, 1), { code: 'LAB_MEMORY_INVALID' });
    assert.throws(() => limitCpu(lab.plan, 'grumpy', 0.5), { code: 'LAB_MACHINE_UNKNOWN' });
    limitCpu(lab.plan, MACHINE, 0.5);
    limitMemory(lab.plan, MACHINE, 64 * MEGABYTE);
    limitDisk(lab.plan, MACHINE, '/var/tmp', MEGABYTE);
    groups = groupsOf(lab);
    startInBackground(within(lab, [findProgram('sleep'), '1000']));
    await until('a process in all groups', () => groups.every((group) => readFileSync(group ?? '', 'utf8') !== ''));
  });
  for (const group of groups) assert.throws(() => readFileSync(group ?? ''), { code: 'ENOENT' });
});

test('a machine with a slow disk waits for what it writes there', async () => {
  const folder = mkdtempSync('/var/tmp/lvskit-test-');
  try {
    requireDisk(folder);
    await withVirtualServer('vs-dr', {}, async (lab) => {
      const undo = limitDisk(lab.plan, MACHINE, folder, 8 * MEGABYTE);
      const began = performance.now();
      await runCommandAsync(
        within(lab, ['dd', 'if=/dev/zero', `of=${join(folder, 'file')}`, 'bs=4M', 'count=1', 'conv=fsync']),
      );
      // The first tenth of a second is free.
      assert.ok(performance.now() - began > 350, 'the disk is as fast as ever');
      undo();
      assert.deepEqual(groupsOf(lab), [undefined, undefined, undefined]);
      assert.throws(() => limitDisk(lab.plan, MACHINE, '/proc', 8 * MEGABYTE), { code: 'CGROUP_UNAVAILABLE' });
      assert.throws(() => limitDisk(lab.plan, MACHINE, folder, 0.5), { code: 'LAB_DISK_RATE_INVALID' });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
