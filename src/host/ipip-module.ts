// The kernel's ipip module, whose tunl0 takes VS-TUN's packets apart. Loading it gives every network namespace of the
// machine a tunl0, and unloading it would take away everybody's tunnels.

import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, runCommand } from '../system/mod.ts';

const MODULE = 'ipip';
const DEVICE = 'tunl0';
const NAMED_NAMESPACES = '/run/netns';

export const ipIp = {
  load(): void {
    runCommand(['modprobe', MODULE]);
  },

  /** Says why it stays loaded, if it must. */
  unload(): string | undefined {
    if (!isLoaded(MODULE)) return undefined;
    if (livingNamespaces().some(usesIpIp))
      return `${DEVICE} and the module ${MODULE} stay: there are other IPIP tunnels`;
    runCommand(['modprobe', '-r', MODULE]);
    return undefined;
  },
};

/** Whether the module is in the kernel, loaded or built in. */
export function isLoaded(module: string): boolean {
  return existsSync(`/sys/module/${module}`);
}

/** Whether modprobe finds the module: it lists what it would load (-D; kmod's and busybox's). Loads nothing. */
export function isLoadable(module: string): boolean {
  try {
    return runCommand(['modprobe', '-D', module], { allowFailure: true }).status === 0;
  } catch (error) {
    if (error instanceof CommandError && error.code === 'COMMAND_NOT_FOUND') return false;
    throw error;
  }
}

interface ListedTunnel {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly addr_info: readonly unknown[];
}

/** A tunl0 that is down and has no address is nobody's. */
function usesIpIp(namespace: string): boolean {
  const list = ['nsenter', `--net=${namespace}`, 'ip', '-json', 'address', 'show', 'type', MODULE];
  const { status, stdout } = runCommand(list, { allowFailure: true });
  // A namespace that has gone meanwhile uses nothing.
  if (status !== 0) return false;
  const tunnels = JSON.parse(stdout || '[]') as readonly Partial<ListedTunnel>[];
  return tunnels.some(
    ({ ifname, flags = [], addr_info = [] }) =>
      ifname !== undefined && (ifname !== DEVICE || flags.includes('UP') || addr_info.length > 0),
  );
}

/** One path for each network namespace that has a process or a name. */
function livingNamespaces(): readonly string[] {
  const paths = new Map<string, string>();
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    const path = `/proc/${pid}/ns/net`;
    try {
      paths.set(readlinkSync(path), path);
    } catch {
      // A process that has ended meanwhile.
    }
  }
  return [...paths.values(), ...entriesOf(NAMED_NAMESPACES).map((name) => join(NAMED_NAMESPACES, name))];
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
