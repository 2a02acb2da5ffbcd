// A network namespace's director: loaded when it is first needed, found again by its pins, taken down whole.
// All functions act on the network namespace that the calling thread is in.

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { directorAbsent } from '../director/mod.ts';
import { LvskitError } from '../model/mod.ts';
import { inNetworkNamespace, requireRoot } from '../system/mod.ts';
import { type AttachMode, attachAll, attachNew, detachAll } from './attachments.ts';
import { BpfDataPlane } from './bpf-data-plane.ts';
import { initialiseConfig } from './config.ts';
import { ADOPT_PROGRAM, COLLECT_PROGRAM } from './connection-exchange.ts';
import { otherVersion } from './errors.ts';
import { isOfThisVersion, recordVersion } from './loaded-version.ts';
import { LOCAL_ANSWERS_PROGRAM } from './local-answers.ts';
import { closeMaps, openMaps } from './maps.ts';
import { attachMarkPort, MARK_HOP_PROGRAM, removeMarkPort } from './mark-port.ts';
import { migrate, undoMigration } from './migration.ts';
import { IMPORT_PROGRAM } from './migration-connections.ts';
import { CARRY_PROGRAM } from './migration-counters.ts';
import { removeWatcher, settleWatcher } from './nic-watcher.ts';
import { loadProgram } from './program.ts';
import {
  CENSUS_PROGRAM,
  DIRECTOR_PROGRAM,
  EXPIRE_REMOVED_PROGRAM,
  findStateDirectory,
  isLoaded,
  locateStateDirectory,
  makeStateDirectory,
  NOTE_LOAD_PROGRAM,
  openLoaded,
  openStateDirectory,
  removeStateDirectory,
  requireNoOther,
  type StateDirectory,
  withWriterLock,
} from './state-directory.ts';
import { readSyncDaemons, removeSyncDaemons, startSyncDaemon } from './sync-daemons.ts';

const OBJECT = 'lvs';
const PREPARE = 'lvs_prepare';
const OTHERS = [
  CENSUS_PROGRAM,
  NOTE_LOAD_PROGRAM,
  EXPIRE_REMOVED_PROGRAM,
  LOCAL_ANSWERS_PROGRAM,
  COLLECT_PROGRAM,
  ADOPT_PROGRAM,
  MARK_HOP_PROGRAM,
  IMPORT_PROGRAM,
  CARRY_PROGRAM,
];

/** Loads the programs, over the tables that are there or new ones. */
function load(directory: StateDirectory): void {
  // What a load that failed or was killed has left behind, of whatever version.
  if (!isOfThisVersion(directory)) for (const name of readdirSync(directory.path)) rmSync(join(directory.path, name));
  recordVersion(directory);
  loadProgram({ object: OBJECT, program: DIRECTOR_PROGRAM, prepare: PREPARE, others: OTHERS }, directory.path);
  const maps = openMaps(directory.path);
  initialiseConfig(maps);
  closeMaps(maps);
}

/** Loads and attaches the director where it is not. To be called with the lock. Throws DIRECTOR_OTHER_VERSION. */
function bringUp(directory: StateDirectory): void {
  makeStateDirectory(directory);
  requireNoOther(directory, DIRECTOR_PROGRAM);
  undoMigration(directory);
  if (!isLoaded(directory)) {
    load(directory);
    attachAll(directory);
  }
  requireThisVersion(directory);
}

/** Throws DIRECTOR_ABSENT, DIRECTOR_OTHER_VERSION: its tables are laid out as this version does not know them. */
function requireLoaded(directory: StateDirectory): void {
  if (!isLoaded(directory)) throw directorAbsent();
  requireThisVersion(directory);
}

function requireThisVersion(directory: StateDirectory): void {
  if (!isOfThisVersion(directory)) throw otherVersion();
}

/**
 * The data plane of this network namespace; loads and attaches it where it is not yet, or not any more when it is
 * changed, and attaches it to NICs that have come since.
 * Throws NOT_ROOT, ROLES_CONFLICT, LIBBPF_MISSING, BPF_OBJECT_MISSING, BPF_LOAD_FAILED, BPF_ATTACH_FAILED,
 * DIRECTOR_OTHER_VERSION.
 */
export function openDataPlane(): BpfDataPlane {
  const directory = openStateDirectory();
  return withWriterLock(directory, () => {
    bringUp(directory);
    attachNew(directory);
    return new BpfDataPlane(directory, bringUp);
  });
}

/** The data plane of this network namespace if there is one; loads nothing. Throws DIRECTOR_OTHER_VERSION. */
export function findDataPlane(): BpfDataPlane | undefined {
  const directory = findStateDirectory();
  if (directory === undefined) return undefined;
  return openLoaded(directory, () => {
    requireThisVersion(directory);
    return new BpfDataPlane(directory, requireLoaded);
  });
}

/** What `work` makes of {@link findDataPlane}; undefined also where the director is taken down meanwhile. */
export function withDataPlane<T>(work: (plane: BpfDataPlane) => T): T | undefined {
  const plane = findDataPlane();
  try {
    return plane && work(plane);
  } catch (error) {
    if (error instanceof LvskitError && error.code === 'DIRECTOR_ABSENT') return undefined;
    throw error;
  } finally {
    plane?.close();
  }
}

/**
 * Replaces the director by this version's. Each NIC changes from the old to the new between two packets, and every
 * connection stays. Its daemons are started anew. Says whether there was a director.
 * Throws DIRECTOR_NOT_TRANSFERABLE, DIRECTOR_CONNECTIONS_DO_NOT_FIT and what loading and attaching do; the old one then
 * goes on. Throws SYNC_DAEMON_FAILED, NIC_WATCHER_FAILED when it has been replaced.
 */
export function reloadDataPlane(): boolean {
  const directory = findStateDirectory();
  if (directory === undefined) return false;
  const hasReplaced = withWriterLock(directory, () => {
    if (!isLoaded(directory)) return false;
    undoMigration(directory);
    if (isOfThisVersion(directory)) replacePrograms(directory);
    else migrate(directory, load);
    return true;
  });
  if (hasReplaced) restartDaemons(directory);
  return hasReplaced;
}

/** Tables stay as they are, and are used by the new programs. When those can't be loaded, the old ones keep their places. */
function replacePrograms(directory: StateDirectory): void {
  const at = (name: string) => join(directory.path, name);
  const names = [DIRECTOR_PROGRAM, ...OTHERS].filter((name) => existsSync(at(name)));
  const former = (name: string) => `${at(name)}_former`;
  for (const name of names) renameSync(at(name), former(name));
  try {
    load(directory);
  } catch (error) {
    for (const name of names) renameSync(former(name), at(name));
    throw error;
  }
  for (const name of names) rmSync(former(name));
  attachAll(directory);
  attachMarkPort(directory);
}

/** They are of the version that started them, and may hold tables that are no longer used. */
function restartDaemons(directory: StateDirectory): void {
  const isWatched = removeWatcher(directory);
  const daemons = readSyncDaemons(directory);
  removeSyncDaemons(directory);
  for (const daemon of daemons) startSyncDaemon(directory, daemon);
  if (isWatched) settleWatcher(true);
}

/**
 * Chooses what stands in front of the NICs' ingress, now and for NICs to come.
 *
 * @param vethsTakeFrames whether the far ends of veth pairs are known to take frames from XDP
 * Throws XDP_ATTACH_FAILED.
 */
export function setAttachMode(mode: AttachMode, vethsTakeFrames = false): void {
  const directory = openStateDirectory();
  withWriterLock(directory, () => {
    bringUp(directory);
    attachAll(directory, mode, vethsTakeFrames);
  });
}

/**
 * Takes the director of this network namespace down: programs, tables, connections. Says whether there was one.
 * Throws NOT_ROOT.
 */
export function removeDataPlane(): boolean {
  requireRoot('taking the director down');
  const directory = locateStateDirectory();
  const takeDown = () => {
    detachAll();
    removeMarkPort();
    if (directory === undefined || !existsSync(directory.path)) return false;
    removeDirector(directory);
    return true;
  };
  return directory === undefined ? takeDown() : withWriterLock(directory, takeDown);
}

function removeDirector(directory: StateDirectory): void {
  removeWatcher(directory);
  removeSyncDaemons(directory);
  removeStateDirectory(directory);
}

/** Removes a director whose devices are gone, or are going. */
export function forgetDirector(directory: StateDirectory): void {
  withWriterLock(directory, () => removeDirector(directory));
}

/**
 * Forgets the director or decapsulator of a network namespace that is about to be deleted, its devices with it. One
 * that is not there, or was never finished, is left alone.
 */
export function removeStateOf(namespacePath: string): void {
  let directory: StateDirectory | undefined;
  try {
    directory = inNetworkNamespace(namespacePath, findStateDirectory);
  } catch (error) {
    if (error instanceof LvskitError && error.code === 'NETNS_NOT_ENTERED') return;
    throw error;
  }
  if (directory !== undefined) forgetDirector(directory);
}
