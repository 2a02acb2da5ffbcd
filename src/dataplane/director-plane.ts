// A network namespace's director: loaded when it is first needed, found again by its pins, taken down whole.
// All functions act on the network namespace that the calling thread is in.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LvskitError } from '../model/mod.ts';
import { inNetworkNamespace, withFileLock } from '../system/mod.ts';
import { lvsState } from './abi.ts';
import { BpfDataPlane } from './bpf-data-plane.ts';
import { closeMaps, type Maps, openMaps } from './maps.ts';
import { attachToIngress, detachFromIngress, isAttached, listNics, loadProgram } from './program.ts';
import {
  DIRECTOR_PROGRAM,
  findStateDirectory,
  openStateDirectory,
  removeStateDirectory,
  requireNoOther,
  type StateDirectory,
} from './state-directory.ts';

const OBJECT = 'lvs';
const PREPARE = 'lvs_prepare';

/** IPVS's timeouts (net/netfilter/ipvs/ip_vs_proto_tcp.c and _udp.c, v6.1), seconds. */
const DEFAULT_TIMEOUTS_S: Readonly<Partial<Record<keyof typeof lvsState, number>>> = {
  LVS_S_NONE: 2,
  LVS_S_ESTABLISHED: 900,
  LVS_S_SYN_SENT: 120,
  LVS_S_SYN_RECV: 60,
  LVS_S_FIN_WAIT: 120,
  LVS_S_TIME_WAIT: 120,
  LVS_S_CLOSE: 10,
  LVS_S_CLOSE_WAIT: 60,
  LVS_S_LAST_ACK: 30,
  LVS_S_LISTEN: 120,
  LVS_S_SYNACK: 120,
  LVS_S_UDP: 300,
};

function defaultTimeouts(): number[] {
  const timeouts = new Array<number>(lvsState.LVS_S_COUNT).fill(0);
  for (const [name, seconds] of Object.entries(DEFAULT_TIMEOUTS_S)) {
    timeouts[lvsState[name as keyof typeof lvsState]] = seconds;
  }
  return timeouts;
}

/** A map's first value is all zero: then nobody has configured it yet. */
function initialiseConfig(maps: Maps): void {
  const config = maps.config.get({ value: 0 });
  if (config?.timeout_s.some((seconds) => seconds > 0)) return;
  maps.config.set({ value: 0 }, { epoch: 1, timeout_s: defaultTimeouts() });
}

function viewOf(directory: StateDirectory): BpfDataPlane {
  return new BpfDataPlane(openMaps(directory.path), directory.lockFile);
}

/**
 * The data plane of this network namespace; loads and attaches it where it is not yet, and attaches it to NICs that
 * have come since. Throws NOT_ROOT, ROLES_CONFLICT, LIBBPF_MISSING, BPF_OBJECT_MISSING, BPF_LOAD_FAILED, BPF_ATTACH_FAILED.
 */
export function openDataPlane(): BpfDataPlane {
  const directory = openStateDirectory();
  const program = join(directory.path, DIRECTOR_PROGRAM);
  withFileLock(directory.lockFile, () => {
    requireNoOther(directory, DIRECTOR_PROGRAM);
    if (!existsSync(program)) {
      loadProgram({ object: OBJECT, program: DIRECTOR_PROGRAM, prepare: PREPARE }, directory.path);
      const maps = openMaps(directory.path);
      initialiseConfig(maps);
      closeMaps(maps);
    }
    for (const nic of listNics()) if (!isAttached(nic)) attachToIngress(program, nic);
  });
  return viewOf(directory);
}

/** The data plane of this network namespace if there is one; loads nothing. */
export function findDataPlane(): BpfDataPlane | undefined {
  const directory = findStateDirectory();
  return directory !== undefined && existsSync(join(directory.path, DIRECTOR_PROGRAM)) ? viewOf(directory) : undefined;
}

/** NICs of this network namespace, and whether the data plane is on each. */
export function listAttachments(): { readonly device: string; readonly attached: boolean }[] {
  return listNics().map((device) => ({ device, attached: isAttached(device) }));
}

/** Takes the director of this network namespace down: programs, tables, connections. Says whether there was one. */
export function removeDataPlane(): boolean {
  for (const nic of listNics()) detachFromIngress(nic);
  const directory = findStateDirectory();
  if (directory === undefined) return false;
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
  if (directory !== undefined) removeStateDirectory(directory);
}
