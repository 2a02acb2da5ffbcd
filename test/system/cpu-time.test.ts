import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChildrenTicks, parseSoftirqTicks, readNamespacesCpuNs } from '../../src/system/cpu-time.ts';

test('softirq is the seventh time of the line of all CPUs', () => {
  const procStat = 'cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
  assert.equal(parseSoftirqTicks(procStat), 70);
});

test('the time of children that have ended is the 16th and 17th column, whatever the name of the process', () => {
  // proc_pid_stat(5): 1 pid, 2 (name), 3 state, …, 14 utime, 15 stime, 16 cutime, 17 cstime.
  const stat = '7 (a) b (c) S 1 7 7 0 -1 4194304 100 200 0 0 11 12 30 4 20 0 1 0 500\n';
  assert.equal(parseChildrenTicks(stat), 34);
});

test('the time of a namespace grows by at least what this process of it has used', () => {
  const own = '/proc/self/ns/net';
  const [before = 0] = readNamespacesCpuNs([own]);
  const usedBefore = process.cpuUsage();
  let used = 0;
  while (used < 30_000) {
    const { user, system } = process.cpuUsage(usedBefore);
    used = user + system;
  }
  const [after = 0] = readNamespacesCpuNs([own]);
  assert.ok(after - before >= 25_000 * 1000);
});
