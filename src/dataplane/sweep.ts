// State of network namespaces that are gone: whoever deleted the namespace left the pins, and with them the tables.

import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inNetworkNamespace, networkNamespaceCookie } from '../system/mod.ts';
import { forgetDirector } from './director-plane.ts';
import { listStateDirectories } from './state-directory.ts';

/** Named namespaces (`ip netns`), wherever this distribution mounts them. */
const NAMED_NAMESPACES = '/run/netns';

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** One path for each network namespace that has a name or a process. */
function livingNamespaces(): string[] {
  const paths = new Map<string, string>();
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    const path = `/proc/${pid}/ns/net`;
    try {
      paths.set(readlinkSync(path), path);
    } catch {
      // A process that has ended, or a kernel thread.
    }
  }
  return [...paths.values(), ...entriesOf(NAMED_NAMESPACES).map((name) => join(NAMED_NAMESPACES, name))];
}

function cookieOf(path: string): bigint | undefined {
  try {
    return inNetworkNamespace(path, networkNamespaceCookie);
  } catch {
    return undefined; // gone meanwhile, or a name that was never finished
  }
}

/** Removes the state of every namespace that no longer lives; returns how many there were. */
export function sweepDeadNamespaces(): number {
  // First, as namespaces come with their directors meanwhile.
  const directories = listStateDirectories();
  const living = new Set(livingNamespaces().map(cookieOf));
  const dead = directories.filter(({ cookie }) => !living.has(cookie));
  for (const directory of dead) forgetDirector(directory);
  return dead.length;
}
