// The watcher of a director, a process that attaches it to NICs that come later: starting, finding and ending it, and
// the one step that it does. It is a help and no more: without it the next command attaches.

import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attachNew } from './attachments.ts';
import { type DaemonFiles, endDaemon, readDaemon, recordDaemon, startRecorded } from './daemons.ts';
import { watcherFailed } from './errors.ts';
import { isOfThisVersion } from './loaded-version.ts';
import { findStateDirectory, isLoaded, type StateDirectory, withWriterLock } from './state-directory.ts';
import { listSyncProcesses } from './sync-daemons.ts';

const FOLDER = '/run/lvskit/watch';
/** The words of lvskit that run it in the foreground. */
const WORDS = ['director', 'watch'];

function filesOf({ cookie }: StateDirectory): DaemonFiles {
  const path = join(FOLDER, `netns-${cookie}`);
  return { record: `${path}.json`, log: `${path}.log` };
}

/** Process id of the watcher of this network namespace's director; undefined when none runs. */
export function findWatcher(): number | undefined {
  const directory = findStateDirectory();
  return directory && readDaemon(filesOf(directory))?.pid;
}

/** Makes a watcher of the director run, if it is still there, or none. Throws NIC_WATCHER_FAILED. */
export function settleWatcher(wanted: boolean): void {
  const directory = findStateDirectory();
  if (directory === undefined) return;
  const files = filesOf(directory);
  // Nobody takes the director down between.
  withWriterLock(directory, () => {
    if (!wanted) removeWatcher(directory);
    else if (isLoaded(directory) && readDaemon(files) === undefined) startRecorded(files, WORDS, watcherFailed);
  });
}

/** Leaves neither the watcher nor what is recorded of it. Says whether there was one. */
export function removeWatcher(directory: StateDirectory): boolean {
  return endDaemon(filesOf(directory));
}

/** What a watcher can do for the director of its network namespace. */
export interface Watched {
  /** Tells others of this process. */
  record(): void;
  /** Attaches the director to NICs that have come. Says whether there still is a director for it. */
  attach(): boolean;
  /** Whether more than the director's own processes keeps the network namespace in being. */
  isInhabited(): boolean;
}

/** Undefined where there is no director of this version. */
export function openWatched(): Watched | undefined {
  const directory = findStateDirectory();
  if (directory === undefined || !isThere(directory)) return undefined;
  return {
    record: () => recordDaemon(filesOf(directory), {}),
    attach: () =>
      withWriterLock(directory, () => {
        if (!isThere(directory)) return false;
        attachNew(directory);
        return true;
      }),
    isInhabited: () => isInhabited([process.pid, ...listSyncProcesses(directory)]),
  };
}

function isThere(directory: StateDirectory): boolean {
  return isLoaded(directory) && isOfThisVersion(directory);
}

const NAMED_NAMESPACES = '/run/netns';

function isInhabited(own: readonly number[]): boolean {
  const namespace = '/proc/self/ns/net';
  const { ino, dev } = statSync(namespace);
  const isSame = (path: string) => ignoringAbsence(() => statSync(path).ino === ino && statSync(path).dev === dev);
  const names = ignoringAbsence(() => readdirSync(NAMED_NAMESPACES)) ?? [];
  if (names.some((name) => isSame(join(NAMED_NAMESPACES, name)))) return true;
  const link = readlinkSync(namespace);
  return readdirSync('/proc').some(
    (name) =>
      /^\d+$/.test(name) &&
      !own.includes(Number(name)) &&
      ignoringAbsence(() => readlinkSync(`/proc/${name}/ns/net`)) === link,
  );
}

function ignoringAbsence<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined; // gone meanwhile
  }
}
