// The synchronisation daemons of a director as processes: starting, finding and stopping them. Each writes a record of
// itself when it is ready; a record whose process has died, however, counts for nothing.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  noSuchInterface,
  resolveSyncDaemon,
  type SyncDaemon,
  type SyncDaemonSettings,
  type SyncRole,
  syncDaemonRuns,
  syncDaemonStopped,
} from '../director/mod.ts';
import { interfaceIndex, ownLauncher, runCommand, startDaemon, withFileLock } from '../system/mod.ts';
import { syncDaemonFailed } from './errors.ts';
import { findStateDirectory, type StateDirectory } from './state-directory.ts';

const FOLDER = '/run/lvskit/sync';
const ROLES = ['master', 'backup'] as const satisfies readonly SyncRole[];
const PATIENCE_MS = 30_000;
const PAUSE_MS = 10;

interface DaemonRecord {
  readonly pid: number;
  /** Of the process, in clock ticks since boot: tells it from a later one with its number. */
  readonly startTime: string;
  readonly daemon: SyncDaemon;
}

interface DaemonFiles {
  readonly record: string;
  /** What the daemon says, which is nothing while all goes well. */
  readonly log: string;
}

function filesOf({ cookie }: StateDirectory, role: SyncRole): DaemonFiles {
  const path = `${FOLDER}/netns-${cookie}-${role}`;
  return { record: `${path}.json`, log: `${path}.log` };
}

/** Start time of a process that lives; undefined for one that has ended. */
function startTimeOf(pid: number): string | undefined {
  try {
    // Behind the name, which may hold anything but ends with the last bracket: state, …, start time as the 20th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function readRecord(path: string): DaemonRecord | undefined {
  let record: DaemonRecord;
  try {
    record = JSON.parse(readFileSync(path, 'utf8')) as DaemonRecord;
  } catch {
    return undefined;
  }
  return startTimeOf(record.pid) === record.startTime ? record : undefined;
}

/** The master, then the backup: those that run. */
export function readSyncDaemons(directory: StateDirectory): readonly SyncDaemon[] {
  return ROLES.flatMap((role) => readRecord(filesOf(directory, role).record)?.daemon ?? []);
}

/** MTU of a device of this network namespace. Throws DIRECTOR_NO_SUCH_INTERFACE. */
function mtuOf(device: string): number {
  if (interfaceIndex(device) === undefined) throw noSuchInterface(device);
  const { stdout } = runCommand(['ip', '-json', 'link', 'show', 'dev', device]);
  return (JSON.parse(stdout) as { mtu: number }[])[0]?.mtu ?? 0;
}

/**
 * Starts the daemon and waits until it is ready. Throws DIRECTOR_NO_SUCH_INTERFACE, DIRECTOR_SYNC_DAEMON_RUNS,
 * SYNC_DAEMON_FAILED.
 */
export function startSyncDaemon(directory: StateDirectory, settings: SyncDaemonSettings): void {
  const mtu = mtuOf(settings.interface);
  const daemon = resolveSyncDaemon(settings, readSyncDaemons(directory), mtu);
  const { record, log } = filesOf(directory, daemon.role);
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  withFileLock(`${directory.lockFile}.sync`, () => {
    if (readRecord(record) !== undefined) throw syncDaemonRuns(daemon.role);
    rmSync(record, { force: true });
    rmSync(log, { force: true });
    const pid = startDaemon([...ownLauncher(), ...wordsOf(daemon)], log);
    const deadline = Date.now() + PATIENCE_MS;
    while (readRecord(record) === undefined) {
      const hasEnded = pid === undefined || startTimeOf(pid) === undefined;
      if (hasEnded || Date.now() > deadline) throw syncDaemonFailed(daemon.role, readFileSync(log, 'utf8'));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  });
}

/** The words of `lvskit sync` that run this daemon. */
function wordsOf(daemon: SyncDaemon): readonly string[] {
  return [
    'sync',
    daemon.role,
    ...['--interface', daemon.interface],
    ...['--sync-id', String(daemon.syncId)],
    ...['--max-length', String(daemon.maxLengthBytes)],
    ...['--group', daemon.group],
    ...['--port', String(daemon.port)],
    ...['--ttl', String(daemon.ttl)],
  ];
}

/** Said by the daemon itself, of its own process, when it is ready. Throws DIRECTOR_SYNC_DAEMON_RUNS. */
export function recordSyncDaemon(daemon: SyncDaemon): void {
  const directory = findStateDirectory();
  if (directory === undefined) return;
  const { record } = filesOf(directory, daemon.role);
  if (readRecord(record) !== undefined) throw syncDaemonRuns(daemon.role);
  const content: DaemonRecord = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', daemon };
  mkdirSync(dirname(record), { recursive: true, mode: 0o700 });
  writeFileSync(`${record}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${record}.new`, record);
}

/** Ends the daemon and waits until it is gone. Throws DIRECTOR_SYNC_DAEMON_STOPPED. */
export function stopSyncDaemon(directory: StateDirectory, role: SyncRole): void {
  if (!endDaemon(directory, role)) throw syncDaemonStopped(role);
}

/** Leaves neither daemons nor what is recorded of them. */
export function removeSyncDaemons(directory: StateDirectory): void {
  for (const role of ROLES) endDaemon(directory, role);
  rmSync(`${directory.lockFile}.sync`, { force: true });
}

/** Says whether there was one. */
function endDaemon(directory: StateDirectory, role: SyncRole): boolean {
  const files = filesOf(directory, role);
  const record = readRecord(files.record);
  if (record !== undefined) {
    // It holds nothing that a signal could spoil: each connection is taken in whole, in the kernel.
    killIfThere(record.pid);
    while (startTimeOf(record.pid) === record.startTime) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
  for (const file of Object.values(files)) rmSync(file, { force: true });
  return record !== undefined;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
