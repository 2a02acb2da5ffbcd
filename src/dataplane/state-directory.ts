// Where the director's maps are pinned: a BPF file system of our own under /run/lvskit, one directory for each
// network namespace. `ip netns exec` gives its command a mount namespace of its own; a file system mounted there
// would vanish with the command, so it is always mounted, and reached, in that of the oldest ancestor we may look at.

import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { networkNamespaceCookie, requireRoot, runCommand, withFileLock } from '../system/mod.ts';
import { bpfFileSystemMissing, rolesConflict } from './errors.ts';

const STATE_ROOT = '/run/lvskit';
const MOUNT_POINT = `${STATE_ROOT}/bpf`;

/** <linux/magic.h> */
const BPF_FS_MAGIC = 0xcafe4a11;

function isBpfFileSystem(path: string): boolean {
  return existsSync(path) && statfsSync(path).type === BPF_FS_MAGIC;
}

/** Parent of a process; undefined for process 1 and for one that is gone. */
function parentOf(pid: number): number | undefined {
  try {
    const parent = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return parent > 0 ? parent : undefined;
  } catch {
    return undefined;
  }
}

/** A process's mount namespace; undefined where a hardened kernel does not let us look. */
function mountNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

/** The oldest ancestor whose mount namespace we may enter: process 1, unless that is closed to us. */
function oldestAncestor(): number {
  let oldest = process.pid;
  for (let pid: number | undefined = process.pid; pid !== undefined; pid = parentOf(pid)) {
    if (mountNamespace(pid) !== undefined) oldest = pid;
  }
  return oldest;
}

/** Path of the mounted file system as this process reaches it; mounts it if `create` asks for that. */
function bpfFileSystem(create: boolean): string | undefined {
  if (isBpfFileSystem(MOUNT_POINT)) return MOUNT_POINT;
  const ancestor = oldestAncestor();
  const atHome = mountNamespace(ancestor) === mountNamespace(process.pid);
  const path = atHome ? MOUNT_POINT : `/proc/${ancestor}/root${MOUNT_POINT}`;
  if (isBpfFileSystem(path)) return path;
  if (!create) return undefined;
  withFileLock(`${STATE_ROOT}/mount.lock`, () => {
    if (isBpfFileSystem(path)) return;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const mount = ['mount', '-t', 'bpf', '-o', 'mode=0700', 'lvskit', MOUNT_POINT];
    runCommand(atHome ? mount : ['nsenter', `--mount=/proc/${ancestor}/ns/mnt`, '--', ...mount]);
  });
  return path;
}

/** One network namespace's state: its pins and the lock of its writers. */
export interface StateDirectory {
  /** The namespace's, see networkNamespaceCookie. */
  readonly cookie: bigint;
  readonly path: string;
  readonly lockFile: string;
}

const NAME_PREFIX = 'netns-';

function directoryAt(root: string, cookie: bigint): StateDirectory {
  const name = `${NAME_PREFIX}${cookie}`;
  return { cookie, path: join(root, name), lockFile: `${STATE_ROOT}/locks/${name}.lock` };
}

/** The state directory of the network namespace that this thread is in, whether it is there yet or not. */
export function openStateDirectory(): StateDirectory {
  requireRoot('administering the director');
  const root = bpfFileSystem(true);
  if (root === undefined) throw bpfFileSystemMissing(MOUNT_POINT);
  return directoryAt(root, networkNamespaceCookie());
}

/** To be called with the writers' lock, as it may have been removed a moment ago. */
export function makeStateDirectory({ path }: StateDirectory): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** The same without mounting anything; undefined where no network namespace has one. */
export function locateStateDirectory(): StateDirectory | undefined {
  const root = bpfFileSystem(false);
  return root === undefined ? undefined : directoryAt(root, networkNamespaceCookie());
}

/** The state directory of this thread's network namespace, if a director was ever set up in it. */
export function findStateDirectory(): StateDirectory | undefined {
  const directory = locateStateDirectory();
  return directory !== undefined && existsSync(directory.path) ? directory : undefined;
}

/** Runs `work` alone among writers. Where there is no state directory afterwards, its locks are gone, too. */
export function withWriterLock<T>(directory: StateDirectory, work: () => T): T {
  return withFileLock(directory.lockFile, () => {
    try {
      return work();
    } finally {
      if (!existsSync(directory.path)) removeLocks(directory);
    }
  });
}

function removeLocks({ lockFile }: StateDirectory): void {
  for (const suffix of ['', '.census', '.trace']) rmSync(`${lockFile}${suffix}`, { force: true });
  // By which versions until 0.1 knew their own.
  rmSync(lockFile.replace(/lock$/, 'abi'), { force: true });
}

/** Those of all network namespaces, also of ones that are gone. */
export function listStateDirectories(): StateDirectory[] {
  const root = bpfFileSystem(false);
  if (root === undefined) return [];
  return readdirSync(root)
    .filter((name) => /^netns-\d+$/.test(name))
    .map((name) => directoryAt(root, BigInt(name.slice(NAME_PREFIX.length))));
}

/** Pinned beside the maps where there is a director, or a decapsulator. */
export const DIRECTOR_PROGRAM = 'lvs_ingress';
/** Beside it: programs that user space runs (run-program.ts). */
export const CENSUS_PROGRAM = 'lvs_census';
export const NOTE_LOAD_PROGRAM = 'lvs_note_load';
export const EXPIRE_REMOVED_PROGRAM = 'lvs_expire_removed';
export const DECAP_PROGRAM = 'lvs_decap';
/** And which layout the tables have (loaded-version.ts). */
export const VERSION_LINK = 'abi';

export function isLoaded({ path }: StateDirectory): boolean {
  return existsSync(join(path, DIRECTOR_PROGRAM));
}

/**
 * What tells the director's tables from those of another one: they stay while a reload replaces the programs, and are
 * others when another version takes over. Undefined without a director.
 *
 * @param directory a state directory's path
 */
export function tablesOf(directory: string): number | undefined {
  return statSync(join(directory, 'lvs_flows'), { throwIfNoEntry: false })?.ino;
}

/**
 * What `open` makes of the director, which is looked at without the lock; undefined where there is none. What looks
 * unfinished may be one that is being loaded, replaced or taken down, and is looked at again when no writer is at work.
 */
export function openLoaded<T>(directory: StateDirectory, open: () => T): T | undefined {
  if (isLoaded(directory)) {
    try {
      return open();
    } catch {
      // As below, or the same again.
    }
  }
  return withWriterLock(directory, () => (isLoaded(directory) ? open() : undefined));
}

/** Throws ROLES_CONFLICT where this network namespace is already what `program` would make it unable to be. */
export function requireNoOther(directory: StateDirectory, program: string): void {
  const has = (name: string) => name !== program && existsSync(join(directory.path, name));
  if (has(DIRECTOR_PROGRAM)) throw rolesConflict('director');
  if (has(DECAP_PROGRAM)) throw rolesConflict('decapsulator');
}

/** Where a director is put together that is to take this one's place, and where the old one is taken apart. */
export function stagingOf(directory: StateDirectory): StateDirectory {
  return { ...directory, path: `${directory.path}-next` };
}

/** Where a writer records a change of several services (change-record.ts). */
export function changeRecordOf({ lockFile }: StateDirectory): string {
  return lockFile.replace(/lock$/, 'change');
}

/** Unpins everything in it, if it is there. */
export function removePins({ path }: StateDirectory): void {
  if (existsSync(path)) rmSync(path, { recursive: true });
}

/**
 * Unpins everything in it: maps and programs go once no NIC uses them. To be called with the writers' lock, which goes
 * with it.
 */
export function removeStateDirectory(directory: StateDirectory): void {
  for (const suffix of ['', '.new']) rmSync(`${changeRecordOf(directory)}${suffix}`, { force: true });
  removePins(stagingOf(directory));
  // First what makes a director of the rest: whoever is killed here leaves none that the next command would go on with.
  for (const name of [DIRECTOR_PROGRAM, VERSION_LINK]) rmSync(join(directory.path, name), { force: true });
  removePins(directory);
}
