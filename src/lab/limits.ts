// Machines with less than this one has: a share of a CPU, some megabytes of memory, a slow disk. The limits hold for every process in
// the machine's namespace, whenever it was started, and go with the lab: control groups that are named after it.

import {
  CGROUP_CONTROLLERS,
  type CgroupController,
  findCgroup,
  joinCgroup,
  limitCgroupCpu,
  limitCgroupDisk,
  limitCgroupMemory,
  removeCgroup,
  requireRoot,
} from '../system/mod.ts';
import { cpuShareInvalidError, diskRateInvalidError, memoryInvalidError } from './errors.ts';
import { findMachine } from './lookup.ts';
import { namespacePath, processesIn } from './namespaces.ts';
import type { LabPlan } from './plan.ts';

/** With less a process cannot be started in the group. */
const LEAST_MEMORY_BYTES = 8 * 2 ** 20;
const LEAST_CPU_SHARE = 0.01;
const PAGE_BYTES = 4096;

/** Takes the limit away again. */
export type Undo = () => void;

/**
 * @param share of one CPU, 0.01 to 1, for all processes of the machine together. What the kernel does for it in interrupts is not
 * limited. Throws NOT_ROOT, LAB_MACHINE_UNKNOWN, LAB_CPU_SHARE_INVALID, CGROUP_UNAVAILABLE.
 */
export function limitCpu(plan: LabPlan, machine: string, share: number): Undo {
  if (!(share >= LEAST_CPU_SHARE && share <= 1)) throw cpuShareInvalidError(share);
  return limit('cpu', plan, machine, (group) => limitCgroupCpu(group, share));
}

/**
 * Memory of all processes of the machine together, with the pages of the files that they read: a larger file is read from its
 * disk every time. What a process has before stays as it is, and is not counted. Pages that others have read are not
 * counted either, see dropFileCache. Throws NOT_ROOT, LAB_MACHINE_UNKNOWN, LAB_MEMORY_INVALID, CGROUP_UNAVAILABLE.
 */
export function limitMemory(plan: LabPlan, machine: string, bytes: number): Undo {
  if (!(Number.isInteger(bytes) && bytes >= LEAST_MEMORY_BYTES)) throw memoryInvalidError(bytes);
  return limit('memory', plan, machine, (group) => limitCgroupMemory(group, bytes));
}

/**
 * Bytes a second, at least 4096, that all processes of the machine together read and write of the disk that a folder is on. Of
 * writing counts what they wait for. Throws NOT_ROOT, LAB_MACHINE_UNKNOWN, LAB_DISK_RATE_INVALID, CGROUP_UNAVAILABLE.
 */
export function limitDisk(plan: LabPlan, machine: string, folder: string, bytesPerSecond: number): Undo {
  if (!(Number.isInteger(bytesPerSecond) && bytesPerSecond >= PAGE_BYTES)) throw diskRateInvalidError(bytesPerSecond);
  return limit('io', plan, machine, (group) => limitCgroupDisk(group, folder, bytesPerSecond));
}

function limit(controller: CgroupController, plan: LabPlan, machine: string, make: (group: string) => void): Undo {
  requireRoot('limiting a machine of a lab');
  const { namespace } = findMachine(plan, machine);
  const group = groupOf(namespace);
  make(group);
  joinCgroup(controller, group, processesIn([namespace]));
  // Those that a process has started before it joined.
  joinCgroup(controller, group, processesIn([namespace]));
  return () => removeCgroup(controller, group);
}

function groupOf(namespace: string): string {
  return `lvskit-${namespace}`;
}

/** The limits of all machines of these namespaces, whoever has made them. */
export function removeLimits(namespaces: readonly string[]): void {
  for (const namespace of namespaces)
    for (const controller of CGROUP_CONTROLLERS) removeCgroup(controller, groupOf(namespace));
}

/** Joins the groups whose files come before `--`, then becomes the command behind it. */
const JOIN = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit; shift; done; shift; exec "$@"';

/** Words before a command that is to run in a machine's namespace, within its limits. */
export function enterNamespace(namespace: string): readonly string[] {
  const files = CGROUP_CONTROLLERS.flatMap((controller) => findCgroup(controller, groupOf(namespace)) ?? []);
  const enter = ['nsenter', `--net=${namespacePath(namespace)}`, '--'];
  return files.length === 0 ? enter : ['sh', '-c', JOIN, 'sh', ...files, '--', ...enter];
}
