// Where control groups are found, and how a share of a CPU becomes a quota.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandwidthOf, deviceNumber, findHierarchy } from '../../src/system/cgroups.ts';

const SEPARATE = `tmpfs /sys/fs/cgroup tmpfs ro,mode=755 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,relatime,cpuset 0 0
`;

test('a controller with a hierarchy of its own is found by its name, not by a part of one', () => {
  assert.deepEqual(findHierarchy('cpu', SEPARATE), { version: 1, root: '/sys/fs/cgroup/cpu,cpuacct' });
  assert.equal(findHierarchy('memory', SEPARATE), undefined);
});

test('a hierarchy without the controller is none', () => {
  assert.equal(findHierarchy('cpu', 'cgroup2 /nowhere/cgroup cgroup2 rw 0 0\n'), undefined);
});

test('periods are as short as the kernel takes them, with the share in each', () => {
  assert.deepEqual(bandwidthOf(1), { periodUs: 2000, quotaUs: 2000 });
  assert.deepEqual(bandwidthOf(0.56), { periodUs: 2000, quotaUs: 1120 });
  assert.deepEqual(bandwidthOf(0.2), { periodUs: 5000, quotaUs: 1000 });
  assert.deepEqual(bandwidthOf(0.01), { periodUs: 100_000, quotaUs: 1000 });
});

test('disks have another name in a hierarchy of their own', () => {
  const mounts = 'cgroup /sys/fs/cgroup/blkio cgroup rw,relatime,blkio 0 0\n';
  assert.deepEqual(findHierarchy('io', mounts), { version: 1, root: '/sys/fs/cgroup/blkio' });
});

test('a device number has its major and minor number in two parts each', () => {
  assert.deepEqual(deviceNumber(0xfe00n), { major: 254, minor: 0 });
  // makedev(0x12345, 0x6789a)
  assert.deepEqual(deviceNumber(0x12000_678_345_9an), { major: 0x12345, minor: 0x6789a });
});
