// What lvskit has changed on this host, as a file: one for each network namespace, written before each change, so that
// what a killed command has done can be undone. It counts until the next boot, which undoes everything by itself.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Role } from '../model/mod.ts';
import { networkNamespaceCookie, readBootId, withFileLock } from '../system/mod.ts';
import { recordUnreadableError } from './errors.ts';
import { isSameThing, type Task } from './task.ts';

export interface Change {
  readonly task: Task;
  /** What its setter's `look` said. */
  readonly before: unknown;
  /** Whether `before` is what an earlier change of the same thing had made: then that one knows what was before. */
  readonly follows: boolean;
}

export interface HostRecord {
  readonly format: 1;
  /** The kernel's, see {@link readBootId}. */
  readonly boot: string;
  /** `interrupted` while a command is at work; still so when it was killed. */
  readonly status: 'applied' | 'interrupted';
  readonly confFile: string;
  /** `Machine.name` and role as which the host was set up. */
  readonly machine: string;
  readonly role: Role;
  /** In the order in which they were made. */
  readonly changes: readonly Change[];
}

const RECORDS = '/var/lib/lvskit/hosts';
const LOCK = '/run/lvskit/locks/hosts.lock';

/** Where this network namespace is recorded. The cookie is of no other namespace since boot. */
export function recordFile(): string {
  return join(RECORDS, `netns-${networkNamespaceCookie()}.json`);
}

/** One command at a time sets a host up or undoes that; others wait, also those of other network namespaces. */
export function withHostLock<T>(work: () => T): T {
  return withFileLock(LOCK, work);
}

/** The record of this boot, or undefined. Throws HOST_RECORD_UNREADABLE. */
export function readRecord(file = recordFile(), boot = readBootId()): HostRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = parseRecord(text, file);
  return record.boot === boot ? record : undefined;
}

function parseRecord(text: string, file: string): HostRecord {
  try {
    const record = JSON.parse(text) as HostRecord;
    if (record.format !== 1) throw new Error(`format ${record.format}`);
    return record;
  } catch (error) {
    throw recordUnreadableError(file, error);
  }
}

/** Whole or not at all. The draft of a killed writer is written over. */
export function writeRecord(
  record: Omit<HostRecord, 'format' | 'boot'>,
  file = recordFile(),
  boot = readBootId(),
): void {
  const full: HostRecord = { format: 1, boot, ...record };
  const draft = `${file}.draft`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  writeFileSync(draft, `${JSON.stringify(full)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** Forgets this namespace, and all that were recorded before the last boot. To be called with the lock held. */
export function deleteRecord(file = recordFile(), boot = readBootId()): void {
  for (const path of [file, `${file}.draft`]) rmSync(path, { force: true });
  const directory = dirname(file);
  for (const name of entriesOf(directory).filter((entry) => entry.endsWith('.json'))) {
    if (isOfAnotherBoot(join(directory, name), boot)) rmSync(join(directory, name), { force: true });
  }
  if (existsSync(directory) && readdirSync(directory).length === 0) rmdirSync(directory);
}

function isOfAnotherBoot(file: string, boot: string): boolean {
  try {
    return parseRecord(readFileSync(file, 'utf8'), file).boot !== boot;
  } catch {
    return false;
  }
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** One change for each thing: what an earlier change made is no longer a state to go back to. */
export function mergeChanges(changes: readonly Change[]): readonly Change[] {
  const merged: Change[] = [];
  for (const change of changes) {
    const place = merged.findIndex((earlier) => isSameThing(earlier.task, change.task));
    const earlier = merged[place];
    if (earlier !== undefined && change.follows) {
      merged[place] = { ...earlier, task: change.task };
      continue;
    }
    if (earlier !== undefined) merged.splice(place, 1);
    merged.push(change);
  }
  return merged;
}
