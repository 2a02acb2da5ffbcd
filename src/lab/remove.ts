// Removes labs: first the processes in their namespaces, then the namespaces, then the record. Works on a lab in
// any condition, whole or half built.

import { requireRoot } from '../system/mod.ts';
import { processesRemainError } from './errors.ts';
import { removeLimits } from './limits.ts';
import { deleteNamespaces, existingNamespaces, killProcesses } from './namespaces.ts';
import { namespacesOf } from './plan.ts';
import { deleteState, LAB_STATE_DIRECTORY, listLabs, readLab } from './state.ts';

/** SIGKILL works at once except on a process that waits for a disk or an NFS server. */
const KILL_TIMEOUT_MS = 10_000;

/** Throws NOT_ROOT, LAB_UNKNOWN, LAB_STATE_UNREADABLE, LAB_PROCESSES_REMAIN. */
export async function removeLab(name: string, stateDirectory = LAB_STATE_DIRECTORY): Promise<void> {
  requireRoot('removing a lab');
  const { plan } = readLab(name, stateDirectory);
  const namespaces = existingNamespaces(namespacesOf(plan));
  const remaining = await killProcesses(namespaces, KILL_TIMEOUT_MS);
  if (remaining.length > 0) throw processesRemainError(name, remaining);
  removeLimits(namespacesOf(plan));
  deleteNamespaces(namespaces);
  deleteState(name, stateDirectory);
}

/** Removes every recorded lab and returns their names. */
export async function removeAllLabs(stateDirectory = LAB_STATE_DIRECTORY): Promise<string[]> {
  requireRoot('removing labs');
  const names = listLabs(stateDirectory).map((lab) => lab.plan.name);
  for (const name of names) await removeLab(name, stateDirectory);
  return names;
}
