// Errors of the lab: names in use, options out of range, machines and links that a lab does not have.

import { LvskitError } from '../model/mod.ts';
import type { LabCondition } from './condition.ts';

export function nameInvalidError(name: string): LvskitError {
  return new LvskitError('LAB_NAME_INVALID', `'${name}' cannot be a lab's name`, {
    remedy: 'choose 1 to 32 small letters, digits and hyphens that begin with a letter: --name vs-dr',
    fields: { name },
    exitStatus: 2,
  });
}

const CONDITION_IN_WORDS: Readonly<Record<LabCondition, string>> = {
  up: 'is up already',
  building: 'is being built by another command',
  leftover: 'was left half built by a command that was killed',
};

export function nameInUseError(name: string, condition: LabCondition): LvskitError {
  return new LvskitError('LAB_NAME_IN_USE', `lab '${name}' ${CONDITION_IN_WORDS[condition]}`, {
    remedy: `choose another name with --name, or remove it: lvskit lab down ${name}`,
    fields: { name, condition },
    exitStatus: 2,
  });
}

export function namespaceInUseError(lab: string, namespaces: readonly string[]): LvskitError {
  const names = namespaces.map((name) => `'${name}'`).join(', ');
  const message = `lab '${lab}' cannot be built: network namespace ${names} exists already and is not lvskit's`;
  return new LvskitError('LAB_NAMESPACE_IN_USE', message, {
    remedy: 'choose another name with --name, or remove the namespace if you made it: ip netns del NAME',
    fields: { lab, namespaces },
    exitStatus: 2,
  });
}

export function labUnknownError(name: string, known: readonly string[]): LvskitError {
  return new LvskitError('LAB_UNKNOWN', `there is no lab '${name}'`, {
    remedy: known.length === 0 ? 'no lab is up: lvskit lab up CONF' : `the labs are: ${known.join(', ')}`,
    fields: { name, known },
    exitStatus: 2,
  });
}

export function machineUnknownError(lab: string, machine: string, known: readonly string[]): LvskitError {
  return new LvskitError('LAB_MACHINE_UNKNOWN', `lab '${lab}' has no machine '${machine}'`, {
    remedy: `its machines are: ${known.join(', ')}`,
    fields: { lab, machine, known },
    exitStatus: 2,
  });
}

export function linkUnknownError(lab: string, link: string, known: readonly string[]): LvskitError {
  return new LvskitError('LAB_LINK_UNKNOWN', `lab '${lab}' has no link '${link}'`, {
    remedy: `its links are: ${known.join(', ')}`,
    fields: { lab, link, known },
    exitStatus: 2,
  });
}

export function mtuInvalidError(mtu: number): LvskitError {
  return new LvskitError('LAB_MTU_INVALID', `an MTU of ${mtu} bytes is not possible`, {
    remedy: 'choose a whole number of bytes from 68 (the least that IPv4 allows) to 65535',
    fields: { mtu },
    exitStatus: 2,
  });
}

export function rateInvalidError(rate: string): LvskitError {
  return new LvskitError('LAB_RATE_INVALID', `'${rate}' is not a link rate`, {
    remedy: 'write a number of at least 8 kbit and its unit kbit, mbit or gbit: --rate 100mbit',
    fields: { rate },
    exitStatus: 2,
  });
}

export function cpuShareInvalidError(share: number): LvskitError {
  return new LvskitError('LAB_CPU_SHARE_INVALID', `a machine cannot have ${share} of a CPU`, {
    remedy: 'choose a share from 0.01 to 1: half of a CPU is 0.5',
    fields: { share },
    exitStatus: 2,
  });
}

export function memoryInvalidError(bytes: number): LvskitError {
  return new LvskitError('LAB_MEMORY_INVALID', `a machine cannot have ${bytes} bytes of memory`, {
    remedy: 'choose a whole number of bytes, 8 MB or more',
    fields: { bytes },
    exitStatus: 2,
  });
}

export function diskRateInvalidError(bytesPerSecond: number): LvskitError {
  return new LvskitError('LAB_DISK_RATE_INVALID', `a machine's disk cannot have ${bytesPerSecond} bytes a second`, {
    remedy: 'choose a whole number of bytes a second, 4096 or more',
    fields: { bytesPerSecond },
    exitStatus: 2,
  });
}

export function realserversInvalidError(count: number): LvskitError {
  return new LvskitError('LAB_REALSERVERS_INVALID', `a cluster of ${count} realservers is not possible`, {
    remedy: 'choose a whole number from 1: --realservers 8',
    fields: { count },
    exitStatus: 2,
  });
}

export function clientsInvalidError(count: number): LvskitError {
  return new LvskitError('LAB_CLIENTS_INVALID', `a cluster of ${count} clients is not possible`, {
    remedy: 'choose a whole number from 1: --clients 8',
    fields: { count },
    exitStatus: 2,
  });
}

/** @param machines `64 realservers` */
export function networkFullError(network: string, machines: string): LvskitError {
  return new LvskitError('LAB_NETWORK_FULL', `network ${network} has no free address left for ${machines}`, {
    remedy: 'choose fewer, or a shorter netmask for their network in the conf file',
    fields: { network, machines },
    exitStatus: 2,
  });
}

export function serviceEmptyError(service: string, count: number): LvskitError {
  return new LvskitError('LAB_SERVICE_EMPTY', `with ${count} realservers service ${service} would have none`, {
    remedy: 'choose more realservers, or give the service another one in the conf file',
    fields: { service, count },
    exitStatus: 2,
  });
}

export function stateUnreadableError(file: string, cause: unknown): LvskitError {
  return new LvskitError('LAB_STATE_UNREADABLE', `${file} does not describe a lab of this version of lvskit`, {
    remedy: `remove its namespaces (ip netns list; ip netns del NAME), then delete ${file}`,
    cause,
    fields: { file },
  });
}

export function buildFailedError(lab: string, what: string, cause: unknown): LvskitError {
  return new LvskitError('LAB_BUILD_FAILED', `lab '${lab}' could not be built: ${what}`, {
    remedy: 'what was built has been removed again; the message of the program says what to change',
    cause,
    fields: { lab },
  });
}

export function rollbackFailedError(lab: string, build: unknown, removal: unknown): LvskitError {
  const message = `lab '${lab}' could not be built (${messageOf(build)}), nor removed again (${messageOf(removal)})`;
  return new LvskitError('LAB_ROLLBACK_FAILED', message, {
    remedy: `remove what is left: lvskit lab down ${lab}`,
    cause: build,
    fields: { lab },
  });
}

export function interruptedError(lab: string): LvskitError {
  return new LvskitError('LAB_INTERRUPTED', `lab '${lab}' was interrupted; what was built has been removed again`, {
    remedy: `build it again: lvskit lab up CONF --name ${lab}`,
    fields: { lab },
  });
}

export function processesRemainError(lab: string, pids: readonly number[]): LvskitError {
  return new LvskitError('LAB_PROCESSES_REMAIN', `processes of lab '${lab}' do not end: ${pids.join(', ')}`, {
    remedy: 'see what they wait for (ps -o pid,stat,wchan,args), then remove the lab again',
    fields: { lab, pids },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function faultUnknownError(fault: string, known: readonly string[]): LvskitError {
  return new LvskitError('LAB_FAULT_UNKNOWN', `there is no fault '${fault}'`, {
    remedy: `choose one of: ${known.join(', ')}`,
    fields: { fault, known },
    exitStatus: 2,
  });
}

export function faultMisplacedError(
  fault: { readonly name: string; readonly where: string },
  lab: string,
  machine: string | undefined,
  possible: readonly string[],
): LvskitError {
  const message =
    machine === undefined
      ? `fault '${fault.name}' would break nothing in lab '${lab}'`
      : `fault '${fault.name}' would break nothing on ${machine} of lab '${lab}'`;
  return new LvskitError('LAB_FAULT_MISPLACED', message, {
    remedy: possible.length === 0 ? `it needs: ${fault.where}` : `choose one of: ${possible.join(', ')}`,
    fields: { fault: fault.name, lab, machine, possible },
    exitStatus: 2,
  });
}
