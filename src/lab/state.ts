// The record of each lab in a file, written before its first namespace, so that whatever is left of it after a
// kill -9 can be found and removed. Creating the file is also the lock on the lab's name.

import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireRoot } from '../system/mod.ts';
import type { LabCondition } from './condition.ts';
import { labUnknownError, nameInUseError, stateUnreadableError } from './errors.ts';
import type { LabPlan } from './plan.ts';

export interface Lab {
  readonly format: 1;
  readonly status: 'building' | 'up';
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** The process that built it or is building it. */
  readonly builderPid: number;
  readonly plan: LabPlan;
}

/** On a tmpfs, so that a reboot, which ends every namespace, forgets the labs too. */
export const LAB_STATE_DIRECTORY = '/run/lvskit/labs';

/** Every lab that is recorded, by name. Throws LAB_STATE_UNREADABLE. */
export function listLabs(directory = LAB_STATE_DIRECTORY): Lab[] {
  return listLabNames(directory).flatMap((name) => readState(name, directory) ?? []);
}

/** Throws LAB_UNKNOWN, LAB_STATE_UNREADABLE. */
export function readLab(name: string, directory = LAB_STATE_DIRECTORY): Lab {
  const lab = readState(name, directory);
  if (lab === undefined) throw labUnknownError(name, listLabNames(directory));
  return lab;
}

export function conditionOf(lab: Lab): LabCondition {
  if (lab.status === 'up') return 'up';
  return existsSync(`/proc/${lab.builderPid}`) ? 'building' : 'leftover';
}

/** Takes the name: of two at the same time, one gets LAB_NAME_IN_USE. */
export function createState(lab: Lab, directory: string): void {
  const { name } = lab.plan;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = writeDraft(lab, directory);
  try {
    // Unlike a rename, a link never replaces; unlike O_EXCL, it never shows an unfinished file.
    linkSync(draft, stateFile(name, directory));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const present = readState(name, directory);
    // Gone since: its builder has given up just now.
    throw nameInUseError(name, present === undefined ? 'building' : conditionOf(present));
  } finally {
    rmSync(draft);
  }
}

export function updateState(lab: Lab, directory: string): void {
  renameSync(writeDraft(lab, directory), stateFile(lab.plan.name, directory));
}

/** With all that is kept besides the record: the log, what faults have put aside. */
export function deleteState(name: string, directory: string): void {
  const kept = readOr([], () => readdirSync(directory)).filter((file) => file.startsWith(`${name}.`));
  for (const file of kept) rmSync(join(directory, file), { force: true });
}

function listLabNames(directory: string): string[] {
  return readOr([], () => readdirSync(directory))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** `missing` where there is nothing to read. Throws NOT_ROOT where only root may. */
function readOr<T>(missing: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return missing;
    if (code === 'EACCES') requireRoot('looking at labs');
    throw error;
  }
}

function readState(name: string, directory: string): Lab | undefined {
  const file = stateFile(name, directory);
  const text = readOr(undefined, () => readFileSync(file, 'utf8'));
  if (text === undefined) return undefined;
  try {
    const lab = JSON.parse(text) as Lab;
    if (lab.format !== 1) throw new Error(`format ${lab.format}`);
    return lab;
  } catch (error) {
    throw stateUnreadableError(file, error);
  }
}

function writeDraft(lab: Lab, directory: string): string {
  const draft = join(directory, `.${lab.plan.name}.${randomUUID()}`);
  writeFileSync(draft, `${JSON.stringify(lab)}\n`, { mode: 0o600 });
  return draft;
}

/** Where what runs in a lab writes; removed with the lab. */
export function labLogFile(name: string, directory = LAB_STATE_DIRECTORY): string {
  return join(directory, `${name}.log`);
}

function stateFile(name: string, directory: string): string {
  return join(directory, `${name}.json`);
}
