// A network namespace's director: loaded when it is first needed, found again by its pins, taken down whole.
// All functions act on the network namespace that the calling thread is in.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LvskitError } from '../model/mod.ts';
import { inNetworkNamespace, withFileLock } from '../system/mod.ts';
import { type AttachMode, attachAll, attachNew, detachAll } from './attachments.ts';
import { BpfDataPlane } from './bpf-data-plane.ts';
import { initialiseConfig } from './config.ts';
import { ADOPT_PROGRAM, COLLECT_PROGRAM } from './connection-exchange.ts';
import { otherVersion } from './errors.ts';
import { isOfThisVersion, recordVersion } from './loaded-version.ts';
import { LOCAL_ANSWERS_PROGRAM } from './local-answers.ts';
import { closeMaps, openMaps } from './maps.ts';
import { attachMarkPort, MARK_HOP_PROGRAM, removeMarkPort } from './mark-port.ts';
import { loadProgram } from './program.ts';
import {
  CENSUS_PROGRAM,
  DIRECTOR_PROGRAM,
  findStateDirectory,
  NOTE_LOAD_PROGRAM,
  openStateDirectory,
  removeStateDirectory,
  requireNoOther,
  type StateDirectory,
} from './state-directory.ts';
import { removeSyncDaemons } from './sync-daemons.ts';

const OBJECT = 'lvs';
const PREPARE = 'lvs_prepare';
const OTHERS = [
  CENSUS_PROGRAM,
  NOTE_LOAD_PROGRAM,
  LOCAL_ANSWERS_PROGRAM,
  COLLECT_PROGRAM,
  ADOPT_PROGRAM,
  MARK_HOP_PROGRAM,
];

/** Throws DIRECTOR_OTHER_VERSION: its tables are laid out as this version does not know them. */
function viewOf(directory: StateDirectory): BpfDataPlane {
  if (!isOfThisVersion(directory)) throw otherVersion();
  return new BpfDataPlane(openMaps(directory.path), directory);
}

function isLoaded(directory: StateDirectory): boolean {
  return existsSync(join(directory.path, DIRECTOR_PROGRAM));
}

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

/**
 * The data plane of this network namespace; loads and attaches it where it is not yet, and attaches it to NICs that
 * have come since.
 * Throws NOT_ROOT, ROLES_CONFLICT, LIBBPF_MISSING, BPF_OBJECT_MISSING, BPF_LOAD_FAILED, BPF_ATTACH_FAILED,
 * DIRECTOR_OTHER_VERSION.
 */
export function openDataPlane(): BpfDataPlane {
  const directory = openStateDirectory();
  withFileLock(directory.lockFile, () => {
    requireNoOther(directory, DIRECTOR_PROGRAM);
    if (isLoaded(directory)) {
      if (isOfThisVersion(directory)) attachNew(directory);
    } else {
      load(directory);
      attachAll(directory);
    }
  });
  return viewOf(directory);
}

/** The data plane of this network namespace if there is one; loads nothing. Throws DIRECTOR_OTHER_VERSION. */
export function findDataPlane(): BpfDataPlane | undefined {
  const directory = findStateDirectory();
  return directory !== undefined && isLoaded(directory) ? viewOf(directory) : undefined;
}

/**
 * Replaces the programs by those of this version. Each NIC changes from the old to the new between two packets; the
 * tables, and with them every connection, stay. Says whether there was a director.
 * Throws DIRECTOR_OTHER_VERSION where the tables of the two versions differ; the old one then goes on.
 */
export function reloadDataPlane(): boolean {
  const directory = findStateDirectory();
  if (directory === undefined || !isLoaded(directory)) return false;
  withFileLock(directory.lockFile, () => {
    if (!isOfThisVersion(directory)) throw otherVersion();
    for (const name of [DIRECTOR_PROGRAM, ...OTHERS]) rmSync(join(directory.path, name), { force: true });
    load(directory);
    attachAll(directory);
    attachMarkPort(directory);
  });
  return true;
}

/**
 * Chooses what stands in front of the NICs' ingress, now and for NICs to come.
 *
 * @param vethsTakeFrames whether the far ends of veth pairs are known to take frames from XDP
 * Throws XDP_ATTACH_FAILED.
 */
export function setAttachMode(mode: AttachMode, vethsTakeFrames = false): void {
  const directory = openStateDirectory();
  withFileLock(directory.lockFile, () => attachAll(directory, mode, vethsTakeFrames));
}

/** Takes the director of this network namespace down: programs, tables, connections. Says whether there was one. */
export function removeDataPlane(): boolean {
  detachAll();
  removeMarkPort();
  const directory = findStateDirectory();
  if (directory === undefined) return false;
  removeSyncDaemons(directory);
  removeStateDirectory(directory);
  return true;
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
  if (directory === undefined) return;
  removeSyncDaemons(directory);
  removeStateDirectory(directory);
}
