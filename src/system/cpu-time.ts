// CPU time as the kernel has counted it: of the processes in one network namespace, and of softirqs on the whole
// machine (packets are processed there, and no machine of a lab can be charged for them).

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** /proc/stat counts in USER_HZ, which is 100 on every architecture. */
const NS_PER_TICK = 10_000_000;

/**
 * User and system time in ns for each of the namespaces at `netnsPaths`: of the threads alive now of the processes in it, and
 * of the children that these have waited for, in steps of 10 ms. Only differences mean something, and only while no process
 * ends that nobody in it waits for. 0 without processes. All at once, because finding the processes of one means looking at
 * all.
 */
export function readNamespacesCpuNs(netnsPaths: readonly string[]): number[] {
  const namespaces = netnsPaths.map((path) => `net:[${statSync(path).ino}]`);
  const sums = new Map(namespaces.map((namespace) => [namespace, 0]));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const namespace = namespaceOf(pid);
    const sum = namespace === undefined ? undefined : sums.get(namespace);
    if (namespace !== undefined && sum !== undefined) sums.set(namespace, sum + readProcessCpuNs(pid));
  }
  return namespaces.map((namespace) => sums.get(namespace) ?? 0);
}

/** Time that all CPUs have spent in softirq since boot, ns; moves in steps of 10 ms. */
export function readSoftirqNs(): number {
  return parseSoftirqTicks(readFileSync('/proc/stat', 'utf8')) * NS_PER_TICK;
}

/** Time of all CPUs since boot, in ticks of 10 ms: at work, of that in softirq, and in all. Only differences mean something. */
export function readCpuTicks(): { readonly busy: number; readonly softirq: number; readonly total: number } {
  const [, ...ticks] = (/^cpu +.*/.exec(readFileSync('/proc/stat', 'utf8'))?.[0] ?? '').split(/ +/).map(Number);
  // user nice system idle iowait irq softirq steal; guest time is in user already.
  const [idle = 0, ioWait = 0, , softirq = 0] = ticks.slice(3, 7);
  const total = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
  return { busy: total - idle - ioWait, softirq, total };
}

/** Of the line `cpu  user nice system idle iowait irq softirq …` in proc_stat(5). */
export function parseSoftirqTicks(procStat: string): number {
  const ticks = /^cpu +(?:\d+ +){6}(\d+)/.exec(procStat)?.[1];
  if (ticks === undefined) throw new Error('/proc/stat does not begin with the times of all CPUs');
  return Number(ticks);
}

/** The first field of /proc/PID/task/TID/schedstat: time on CPU in ns, where /proc/PID/stat has only 10 ms. */
function readProcessCpuNs(pid: string): number {
  return (
    readThreadsCpuNs(pid) + orGone(0, () => parseChildrenTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'))) * NS_PER_TICK
  );
}

/** cutime and cstime of /proc/PID/stat, which follow 13 columns after the name in brackets. */
export function parseChildrenTicks(stat: string): number {
  const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(columns[13]) + Number(columns[14]);
}

function readThreadsCpuNs(pid: string): number {
  return orGone(0, () =>
    readdirSync(`/proc/${pid}/task`)
      .map((thread) => orGone(0, () => parseInt(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'), 10)))
      .reduce((sum, ns) => sum + ns, 0),
  );
}

function namespaceOf(pid: string): string | undefined {
  return orGone(undefined, () => readlinkSync(`/proc/${pid}/ns/net`));
}

/** Processes end while they are being read, and kernel threads have no namespace to show. */
function orGone<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return fallback;
    throw error;
  }
}
