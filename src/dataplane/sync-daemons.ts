// The synchronisation daemons of a director: which there may be, and how their processes are told what to do.

import { rmSync } from 'node:fs';
import {
  noSuchInterface,
  resolveSyncDaemon,
  type SyncDaemon,
  type SyncDaemonSettings,
  type SyncRole,
  syncDaemonRuns,
  syncDaemonStopped,
} from '../director/mod.ts';
import { interfaceIndex, runCommand, withFileLock } from '../system/mod.ts';
import { type DaemonFiles, endDaemon, readDaemon, recordDaemon, startRecorded } from './daemons.ts';
import { syncDaemonFailed } from './errors.ts';
import { findStateDirectory, type StateDirectory } from './state-directory.ts';

const FOLDER = '/run/lvskit/sync';
const ROLES = ['master', 'backup'] as const satisfies readonly SyncRole[];

function filesOf({ cookie }: StateDirectory, role: SyncRole): DaemonFiles {
  const path = `${FOLDER}/netns-${cookie}-${role}`;
  return { record: `${path}.json`, log: `${path}.log` };
}

/** The master, then the backup: those that run. */
export function readSyncDaemons(directory: StateDirectory): readonly SyncDaemon[] {
  return ROLES.flatMap((role) => readDaemon<SyncDaemon>(filesOf(directory, role))?.daemon ?? []);
}

/** Their process ids. */
export function listSyncProcesses(directory: StateDirectory): readonly number[] {
  return ROLES.flatMap((role) => readDaemon(filesOf(directory, role))?.pid ?? []);
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
  const files = filesOf(directory, daemon.role);
  withFileLock(`${directory.lockFile}.sync`, () => {
    if (readDaemon(files) !== undefined) throw syncDaemonRuns(daemon.role);
    startRecorded(files, wordsOf(daemon), (log) => syncDaemonFailed(daemon.role, log));
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
  const files = filesOf(directory, daemon.role);
  if (readDaemon(files) !== undefined) throw syncDaemonRuns(daemon.role);
  recordDaemon(files, daemon);
}

/** Ends the daemon and waits until it is gone. Throws DIRECTOR_SYNC_DAEMON_STOPPED. */
export function stopSyncDaemon(directory: StateDirectory, role: SyncRole): void {
  if (!endDaemon(filesOf(directory, role))) throw syncDaemonStopped(role);
}

/** Leaves neither daemons nor what is recorded of them. */
export function removeSyncDaemons(directory: StateDirectory): void {
  for (const role of ROLES) endDaemon(filesOf(directory, role));
  rmSync(`${directory.lockFile}.sync`, { force: true });
}
