// Errors of setting up a real host: it is not in the cluster, or not as the cluster says; a step that failed, and what
// could not be undone.

import { type Cluster, LvskitError, type Machine } from '../model/mod.ts';

/** `director 192.168.2.1, 192.168.1.9; client 192.168.2.254` */
function addressesOfMachines(machines: readonly Machine[]): string {
  return machines.map(({ name, nics }) => `${name} ${nics.map((nic) => nic.address).join(', ')}`).join('; ');
}

export function notInClusterError({ source, machines }: Cluster, addresses: readonly string[]): LvskitError {
  const own = addresses.length === 0 ? 'it has no address' : `none of its addresses (${addresses.join(', ')}) is`;
  const message =
    addresses.length === 0
      ? `this host is no machine of ${source.confFile}: ${own}`
      : `this host is no machine of ${source.confFile}: ${own} in ${source.hostsFile}`;
  return new LvskitError('HOST_NOT_IN_CLUSTER', message, {
    remedy: `give a NIC of this host its address, or correct the hosts file; its machines: ${addressesOfMachines(machines)}`,
    fields: { addresses, hostsFile: source.hostsFile },
  });
}

export function severalMachinesError({ source }: Cluster, machines: readonly Machine[]): LvskitError {
  const names = machines.map(({ name }) => name).join(' and ');
  return new LvskitError('HOST_IS_SEVERAL', `this host has addresses of ${names}: it can be only one of them`, {
    remedy: `take the others' addresses off this host, or correct ${source.hostsFile}: ${addressesOfMachines(machines)}`,
    fields: { machines: machines.map(({ name }) => name) },
  });
}

export function addressMissingError(machine: Machine, missing: Machine['nics'][number]): LvskitError {
  const { address, prefixLength, device } = missing;
  const message = `this host is ${machine.name}, but has no NIC with its address ${address}`;
  return new LvskitError('HOST_ADDRESS_MISSING', message, {
    remedy: `give it one: ip addr add ${address}/${prefixLength} dev ${device}`,
    fields: { machine: machine.name, address },
  });
}

export function nicDownError(machine: Machine, device: string): LvskitError {
  const message = `this host is ${machine.name}, but its NIC ${device} is down`;
  return new LvskitError('HOST_NIC_DOWN', message, {
    remedy: `bring it up: ip link set ${device} up`,
    fields: { machine: machine.name, device },
  });
}

export function applyFailedError(machine: string, what: string, cause: unknown): LvskitError {
  return new LvskitError('HOST_APPLY_FAILED', `${machine} could not be set up: ${what}: ${messageOf(cause)}`, {
    remedy: `what had been changed has been put back${remedyOf(cause)}`,
    cause,
    fields: { machine, what },
  });
}

export function rollbackFailedError(machine: string, what: string, cause: unknown, undoing: unknown): LvskitError {
  const message =
    `${machine} could not be set up (${what}: ${messageOf(cause)}), ` +
    `nor all of it put back (${messageOf(undoing)})`;
  return new LvskitError('HOST_ROLLBACK_FAILED', message, {
    remedy: 'mend what the messages name, then put back the rest: lvskit remove',
    cause,
    fields: { machine, what },
  });
}

export interface UndoFailure {
  readonly what: string;
  readonly error: unknown;
}

export function undoIncompleteError(failures: readonly UndoFailure[]): LvskitError {
  const list = failures.map(({ what, error }) => `${what}: ${messageOf(error)}`).join('; ');
  return new LvskitError('HOST_UNDO_INCOMPLETE', `not all could be undone: ${list}`, {
    remedy: 'mend what the messages name, then undo the rest: lvskit remove',
    cause: failures[0]?.error,
    fields: { steps: failures.map(({ what }) => what) },
  });
}

export function recordUnreadableError(file: string, cause: unknown): LvskitError {
  return new LvskitError('HOST_RECORD_UNREADABLE', `${file} is not what this version of lvskit records of a host`, {
    remedy: `undo by hand what it lists (lvskit plan shows the settings), then delete it: rm ${file}`,
    cause,
    fields: { file },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function remedyOf(error: unknown): string {
  return error instanceof LvskitError && error.remedy !== undefined ? `; ${error.remedy}` : '';
}
