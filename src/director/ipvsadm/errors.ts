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

/** An option that is not spelled right. Within -R the real one reports these and goes on; other mistakes end it. */
export class OptionSpellingError extends IpvsadmError {
  constructor(code: string, message: string, details: ErrorDetails) {
    super(255, code, message, details);
  }
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

/** `what` IPVS has and this version has not: `option '-p'`. */
export function unsupported(what: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_UNSUPPORTED', `${what} is not supported by this version`, {
    remedy: 'Do without it; `ipvsadm --help` lists what is supported.',
  });
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
    remedy: 'Write it as ADDRESS:PORT, for example 10.1.0.100:80.',
  });
}

export function badNumber(parameter: string, written: string, min: number, max: number): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_NUMBER', `'${written}' is no ${parameter}`, {
    remedy: `Give a whole number from ${min} to ${max}.`,
  });
}

export function badTunnelType(written: string): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_BAD_TUNNEL_TYPE', `'${written}' is no tunnel type`, {
    remedy: 'Give ipip, or leave --tun-type out.',
  });
}

export function tunnelTypeWithoutTunnel(): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_TUNNEL_TYPE_WITHOUT_TUNNEL', '--tun-type is for realservers of VS-TUN only', {
    remedy: 'Add -i, or leave --tun-type out.',
  });
}

export function zeroPort(): IpvsadmError {
  return new IpvsadmError(2, 'IPVSADM_ZERO_PORT', 'a service needs a port: port 0 is for persistent services only', {
    remedy: 'Give the port after the address, for example 10.1.0.100:80.',
  });
}

export function nestedRestore(): IpvsadmError {
  return new IpvsadmError(255, 'IPVSADM_NESTED_RESTORE', '-R cannot be a line of what -R reads', {
    remedy: 'Put the lines themselves in its place.',
  });
}
