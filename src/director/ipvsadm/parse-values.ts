// Numbers in the values of ipvsadm's options.

import { badNumber } from './errors.ts';

/** `parameter` names the number in messages. Raises IPVSADM_BAD_NUMBER. */
export function parseInteger(written: string, parameter: string, min: number, max: number): number {
  const value = readInteger(written, min, max);
  if (value === undefined) throw badNumber(parameter, written, min, max);
  return value;
}

/** As atoi(3) reads it: what follows the digits does not matter. Raises IPVSADM_BAD_NUMBER. */
export function parseLeadingInteger(written: string, parameter: string, min: number, max: number): number {
  return parseInteger(/^\s*[+-]?[0-9]+/.exec(written)?.[0] ?? '', parameter, min, max);
}

/** As strtol(3) reads it in base 10: blanks and a sign may come first, nothing may follow. */
export function readInteger(written: string, min: number, max: number): number | undefined {
  if (!/^\s*[+-]?[0-9]+$/.test(written)) return undefined;
  const value = Number(written);
  // Adding 0 turns -0 into 0.
  return value >= min && value <= max ? value + 0 : undefined;
}
