// Network namespaces as `ip netns` keeps them: names in /run/netns, and the processes that live in them.

import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../system/mod.ts';

const NAMESPACE_DIRECTORY = '/run/netns';
/** Between two looks at whether killed processes are gone. */
const POLL_INTERVAL_MS = 5;

export function namespacePath(namespace: string): string {
  return `${NAMESPACE_DIRECTORY}/${namespace}`;
}

/** Those of the names that exist. */
export function existingNamespaces(namespaces: readonly string[]): string[] {
  try {
    const present = new Set(readdirSync(NAMESPACE_DIRECTORY));
    return namespaces.filter((namespace) => present.has(namespace));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Removes the names; a namespace itself goes, devices and all, once its last process has ended. */
export function deleteNamespaces(namespaces: readonly string[]): void {
  if (namespaces.length === 0) return;
  const input = namespaces.map((namespace) => `netns del ${namespace}\n`).join('');
  runCommand(['ip', '-force', '-batch', '-'], { input });
}

/** Kills what runs in the namespaces, except this process; returns the pids that have not ended in time. */
export async function killProcesses(namespaces: readonly string[], timeoutMs: number): Promise<number[]> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const pids = processesIn(namespaces);
    if (pids.length === 0 || performance.now() > deadlineMs) return pids;
    for (const pid of pids) kill(pid);
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Except this process. One look at /proc for all namespaces, where `ip netns pids` takes one for each. */
export function processesIn(namespaces: readonly string[]): number[] {
  const links = new Set(namespaces.map((namespace) => `net:[${statSync(namespacePath(namespace)).ino}]`));
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && links.has(namespaceLink(pid) ?? ''));
}

/** Undefined for a process that has ended, and for a zombie: it holds its namespace no more. */
function namespaceLink(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
