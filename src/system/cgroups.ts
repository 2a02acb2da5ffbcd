// Control groups: what some processes may take of a CPU, of memory and of a disk. Both layouts, the one hierarchy (v2) and one for each
// controller (v1), as the machine has mounted them. Only groups that are named here are touched.

import { existsSync, mkdirSync, readFileSync, realpathSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LvskitError } from '../model/mod.ts';

export type CgroupController = 'cpu' | 'memory' | 'io';

export const CGROUP_CONTROLLERS: readonly CgroupController[] = ['cpu', 'memory', 'io'];

/** What version 1 calls the others by the same name. */
const NAMES_1: Readonly<Record<CgroupController, string>> = { cpu: 'cpu', memory: 'memory', io: 'blkio' };

interface Hierarchy {
  readonly version: 1 | 2;
  readonly root: string;
}

/** Where the controller is; undefined where this machine has none. */
export function findHierarchy(controller: CgroupController, mounts: string): Hierarchy | undefined {
  for (const line of mounts.split('\n')) {
    const [, root = '', type, options = ''] = line.split(' ');
    if (type === 'cgroup' && options.split(',').includes(NAMES_1[controller])) return { version: 1, root };
    if (type === 'cgroup2' && readWords(join(root, 'cgroup.controllers')).includes(controller))
      return { version: 2, root };
  }
  return undefined;
}

function readWords(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/) : [];
}

/** Throws CGROUP_UNAVAILABLE. */
function hierarchyOf(controller: CgroupController): Hierarchy {
  const found = findHierarchy(controller, readFileSync('/proc/mounts', 'utf8'));
  if (found !== undefined) return found;
  throw unavailable(controller, 'no control group hierarchy with it is mounted');
}

function unavailable(controller: CgroupController, why: string, cause?: unknown): LvskitError {
  return new LvskitError('CGROUP_UNAVAILABLE', `this machine cannot limit ${controller}: ${why}`, {
    cause,
    fields: { controller },
    remedy:
      'mount /sys/fs/cgroup, let root write there, and boot a kernel with CONFIG_CFS_BANDWIDTH, CONFIG_MEMCG and CONFIG_BLK_DEV_THROTTLING',
  });
}

/**
 * The file that processes join the group by, when its directory is there. A process joins with all its threads, and its
 * children are born in it.
 */
export function findCgroup(controller: CgroupController, name: string): string | undefined {
  const hierarchy = findHierarchy(controller, readFileSync('/proc/mounts', 'utf8'));
  const file = hierarchy === undefined ? '' : join(hierarchy.root, name, 'cgroup.procs');
  return existsSync(file) ? file : undefined;
}

/** CFS counts a group's time in periods; neither these nor the time in one may be under 1 ms. */
const LEAST_US = 1000;
const SHORTEST_PERIOD_US = 2 * LEAST_US;

/**
 * Gives the group's processes `share` of one CPU, in periods as short as the kernel allows: in longer ones everything stands
 * still for most of a tenth of a second. Throws CGROUP_UNAVAILABLE.
 */
export function limitCgroupCpu(name: string, share: number): void {
  const { version, periodUs, quotaUs } = { version: hierarchyOf('cpu').version, ...bandwidthOf(share) };
  if (version === 2) {
    makeGroup('cpu', name, { 'cpu.max': `${quotaUs} ${periodUs}` });
    return;
  }
  // Any quota is too much for the shorter period, so it must go first.
  makeGroup('cpu', name, { 'cpu.cfs_quota_us': '-1' });
  makeGroup('cpu', name, { 'cpu.cfs_period_us': `${periodUs}`, 'cpu.cfs_quota_us': `${quotaUs}` });
}

export function bandwidthOf(share: number): { readonly periodUs: number; readonly quotaUs: number } {
  const periodUs = Math.max(SHORTEST_PERIOD_US, Math.ceil(LEAST_US / share));
  return { periodUs, quotaUs: Math.max(LEAST_US, Math.round(periodUs * share)) };
}

/**
 * Gives the group's processes so much memory, with the pages of files that they read and write, and no swap. Throws
 * CGROUP_UNAVAILABLE.
 */
export function limitCgroupMemory(name: string, bytes: number): void {
  if (hierarchyOf('memory').version === 2) {
    makeGroup('memory', name, { 'memory.max': `${bytes}` }, { 'memory.swap.max': '0' });
    return;
  }
  const swap = { 'memory.memsw.limit_in_bytes': `${bytes}` };
  // Neither of the two may ever be the larger one.
  makeGroup('memory', name, {}, { 'memory.memsw.limit_in_bytes': '-1' });
  makeGroup('memory', name, { 'memory.limit_in_bytes': `${bytes}` }, swap);
}

/**
 * Gives the group's processes so many bytes a second of the disk that a folder is on, for reading and for writing. Writing
 * is limited where a process waits for its file to be on the disk; version 1 lets the kernel write all else at its own pace.
 * What fits into a tenth of a second passes at once. Throws CGROUP_UNAVAILABLE.
 */
export function limitCgroupDisk(name: string, folder: string, bytesPerSecond: number): void {
  const disk = diskOf(folder);
  if (disk === undefined) throw unavailable('io', `no disk is behind ${folder}`);
  if (hierarchyOf('io').version === 2) {
    makeGroup('io', name, { 'io.max': `${disk} rbps=${bytesPerSecond} wbps=${bytesPerSecond}` });
    return;
  }
  const value = `${disk} ${bytesPerSecond}`;
  makeGroup('io', name, { 'blkio.throttle.read_bps_device': value, 'blkio.throttle.write_bps_device': value });
}

/** `254:0`, of the whole disk; undefined of file systems in memory, or across several disks. */
function diskOf(folder: string): string | undefined {
  const { major, minor } = deviceNumber(statSync(folder, { bigint: true }).dev);
  const device = `/sys/dev/block/${major}:${minor}`;
  if (!existsSync(device)) return undefined;
  if (!existsSync(join(device, 'partition'))) return `${major}:${minor}`;
  // A link into the folder of its disk.
  return readFileSync(join(realpathSync(device), '..', 'dev'), 'utf8').trim();
}

/** glibc's gnu_dev_major and gnu_dev_minor. */
export function deviceNumber(dev: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n)),
    minor: Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)),
  };
}

/** `optional` are files that a kernel without accounting of swap does not have: it has none to use either. */
function makeGroup(
  controller: CgroupController,
  name: string,
  settings: Readonly<Record<string, string>>,
  optional: Readonly<Record<string, string>> = {},
): void {
  const { root, version } = hierarchyOf(controller);
  const directory = join(root, name);
  try {
    if (version === 2) writeFileSync(join(root, 'cgroup.subtree_control'), `+${controller}`);
    mkdirSync(directory, { recursive: true });
    const there = Object.entries(optional).filter(([file]) => existsSync(join(directory, file)));
    for (const [file, value] of [...Object.entries(settings), ...there]) writeFileSync(join(directory, file), value);
  } catch (error) {
    throw unavailable(controller, (error as Error).message, error);
  }
}

/** Moves processes in; those that have ended are passed over. Throws CGROUP_UNAVAILABLE when there is no such group. */
export function joinCgroup(controller: CgroupController, name: string, pids: readonly number[]): void {
  const file = findCgroup(controller, name);
  if (file === undefined) throw unavailable(controller, `there is no group ${name}`);
  move(file, pids);
}

/** Processes of the group. */
function processesOfCgroup(controller: CgroupController, name: string): readonly number[] {
  const file = findCgroup(controller, name);
  return file === undefined ? [] : readWords(file).filter(Boolean).map(Number);
}

const EMPTYING_TRIES = 100;

/** Moves what is in the group to where this process is, and removes it. Without the group nothing happens. */
export function removeCgroup(controller: CgroupController, name: string): void {
  const hierarchy = findHierarchy(controller, readFileSync('/proc/mounts', 'utf8'));
  if (hierarchy === undefined) return;
  const directory = join(hierarchy.root, name);
  // A child that is born meanwhile is in the group, too.
  for (let tries = 0; existsSync(directory) && tries < EMPTYING_TRIES; tries++) {
    move(join(hierarchy.root, ownGroup(controller, hierarchy), 'cgroup.procs'), processesOfCgroup(controller, name));
    try {
      rmdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    }
  }
}

/** Lines of /proc/self/cgroup: `4:memory:/some/group`, in the one hierarchy `0::/some/group`. */
function ownGroup(controller: CgroupController, { version }: Hierarchy): string {
  const rows = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const row = rows.find(([id, names = '']) =>
    version === 2 ? id === '0' : names.split(',').includes(NAMES_1[controller]),
  );
  return row?.slice(2).join(':') ?? '/';
}

function move(file: string, pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      writeFileSync(file, `${pid}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
