// Mistakes in writing an ipvsadm command. Each carries the exit status that the real ipvsadm 1.31 has for it: 255
// where its option parser gives up, 2 where a value or a combination is wrong.

import { type ErrorDetails, LvskitError } from '../../model/mod.ts';

export type IpvsadmStatus = 1 | 2 | 255;

export class IpvsadmError extends LvskitError {
  readonly ipvsadmStatus: IpvsadmStatus;

  constructor(ipvsadmStatus: IpvsadmStatus, code: string, message: string, details: ErrorDetails = {}) {
    super(code, message, { exitStatus: 2, ...details });
    this.ipvsadmStatus = ipvsadmStatus;
  }
}

/**
 * An option behind the command that is not spelled right. Within -R the real one reports these and goes on; other
 * mistakes end it.
 */
export class OptionSpellingError extends IpvsadmError {
  constructor(code: string, message: string, details: ErrorDetails) {
    super(255, code, message, details);
  }
}

/** The same mistake in the first option, where the command is looked for. */
export function inPlaceOfCommand({ ipvsadmStatus, code, message, remedy }: OptionSpellingError): IpvsadmError {
  return new IpvsadmError(ipvsadmStatus, code, message, remedy === undefined ? {} : { remedy });
}

const SEE_HELP = 'See `ipvsadm --help` for the commands and their options.';

export function commandMissing(found: string | undefined): IpvsadmError {
  const place = found === undefined ? 'but none is given' : `but '${found}' is none`;
  return new IpvsadmError(255, 'IPVSADM_COMMAND_MISSING', `the first option must be a command, ${place}`, {
    remedy: SEE_HELP,
  });
}

export function secondCommand(option: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_SECOND_COMMAND', `'${option}' is a second command`, {
    remedy: 'Give one command a call; -R takes many, one a line.',
  });
}

export function unknownOption(option: string): IpvsadmError {
  return new OptionSpellingError('IPVSADM_UNKNOWN_OPTION', `option '${option}' is unknown`, { remedy: SEE_HELP });
}

export function valueMissing(option: string): IpvsadmError {
  return new OptionSpellingError('IPVSADM_VALUE_MISSING', `option '${option}' needs a value after it`, {
    remedy: SEE_HELP,
  });
}

export function valueUnwanted(option: string): IpvsadmError {
  return new OptionSpellingError('IPVSADM_VALUE_UNWANTED', `option '${option}' takes no value`, {
    remedy: `Write it without '='.`,
  });
}

export function unexpectedWord(word: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_UNEXPECTED_WORD', `'${word}' belongs to no option`, { remedy: SEE_HELP });
}

export function repeatedOption(parameter: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_REPEATED_OPTION', `the ${parameter} is given more than once`, {
    remedy: 'Give it once.',
  });
}

export function optionRequired(parameter: string, options: string, command: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_OPTION_REQUIRED', `${command} needs a ${parameter}`, {
    remedy: `Add ${options}.`,
  });
}

export function optionIllegal(parameter: string, command: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_OPTION_ILLEGAL', `${command} takes no ${parameter}`, { remedy: SEE_HELP });
}

export function optionsConflict(one: string, other: string, command: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_OPTIONS_CONFLICT', `${command} takes ${one} or ${other}, but not both`, {
    remedy: 'Leave one of them out.',
  });
}

export function badAddress(role: string, written: string, reason: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_ADDRESS', `'${written}' is no ${role} address: ${reason}`, {
    remedy: 'Write it as ADDRESS:PORT, for example 10.1.0.100:80 or [2001:db8::80]:80.',
  });
}

export function badNumber(parameter: string, written: string, min: number, max: number): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_NUMBER', `'${written}' is no ${parameter}`, {
    remedy: `Give a whole number from ${min} to ${max}.`,
  });
}

export function badNetmask(written: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_NETMASK', `'${written}' is no netmask`, {
    remedy: 'Write it as an address, for example 255.255.255.0.',
  });
}

export function badGroup(written: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_GROUP', `'${written}' is no multicast address`, {
    remedy: 'Give one from 224.0.0.0 to 239.255.255.255 or one of ff00::/8, without brackets.',
  });
}

export function badRole(written: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_ROLE', `there is no sync daemon '${written}'`, {
    remedy: 'Give master or backup.',
  });
}

export function unknownSchedulerFlag(name: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_UNKNOWN_SCHEDULER_FLAG', `there is no scheduler flag '${name}'`, {
    remedy: 'Choose from sh-fallback, sh-port, mh-fallback, mh-port, flag-1, flag-2 and flag-3, with commas between.',
  });
}

export function flagOfOtherScheduler(name: string, owner: string, scheduler: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_FLAG_OF_OTHER_SCHEDULER', `scheduler ${scheduler} has no flag '${name}'`, {
    remedy: `Leave it out, or choose the scheduler that has it with -s ${owner}.`,
  });
}

export function familyWithoutMark(option: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_FAMILY_WITHOUT_MARK', `option '${option}' is given without a firewall mark`, {
    remedy: 'Give it after -f MARK; of other services the address says what it is.',
  });
}

export function familiesDiffer(server: string): IpvsadmError {
  return new IpvsadmError(
    2,
    'IPVSADM_FAMILIES_DIFFER',
    `realserver ${server} is not of its service's address family, and only VS-TUN leads from one to the other`,
    { remedy: 'Add -i, or give an address of the same family.' },
  );
}

export function badTunnelType(written: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_TUNNEL_TYPE', `'${written}' is no tunnel type`, {
    remedy: 'Give ipip, gue or gre; it is ipip unless given.',
  });
}

export function tunnelWithoutTunnelling(): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_TUNNEL_WITHOUT_TUNNELLING', 'tunnel options are for realservers of VS-TUN only', {
    remedy: 'Add -i, or leave them out.',
  });
}

export function tunnelOptionIllegal(option: string, type: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_TUNNEL_OPTION_ILLEGAL', `a tunnel of type ${type} takes no ${option}`, {
    remedy: 'Leave it out, or choose another --tun-type.',
  });
}

export function zeroPort(): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_ZERO_PORT', 'a service that is not persistent needs a port', {
    remedy: 'Give the port after the address, for example 10.1.0.100:80, or -p for all ports.',
  });
}

export function onePacketNotUdp(): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_ONE_PACKET_NOT_UDP', 'only UDP can be scheduled packet by packet', {
    remedy: 'Leave -o out, or give the service by -u or -f.',
  });
}

export function timeoutsMissing(given: number): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_TIMEOUTS_MISSING', `--set needs three timeouts, but has ${given}`, {
    remedy: 'Give seconds of TCP, of TCP after FIN, and of UDP; 0 leaves one as it is.',
  });
}

export function nestedRestore(): IpvsadmError {
  return new IpvsadmError(255, 'IPVSADM_NESTED_RESTORE', '-R cannot be a line of what -R reads', {
    remedy: 'Put the lines themselves in its place.',
  });
}
