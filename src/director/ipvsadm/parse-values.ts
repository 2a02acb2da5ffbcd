// The values of ipvsadm's options: host[:port] and whole numbers.

import { isIPv6 } from 'node:net';
import { type Ipv4, parseIpv4, type TransportProtocol } from '../../model/mod.ts';
import { badAddress, badNumber, unsupported } from './errors.ts';
import type { NameService } from './names.ts';

const MAX_PORT = 65535;

export interface HostAndPort {
  readonly address: Ipv4;
  /** Undefined when none is written. */
  readonly port: number | undefined;
}

/** `role` says whose address it is, for messages. Raises IPVSADM_BAD_ADDRESS and IPVSADM_UNSUPPORTED (IPv6). */
export async function parseHostAndPort(
  written: string,
  role: 'service' | 'realserver',
  protocol: TransportProtocol,
  names: NameService,
): Promise<HostAndPort> {
  if (written.startsWith('[') || isIPv6(written)) throw unsupported(`IPv6 address '${written}'`);
  // A number alone would pass for an address (80 is 0.0.0.80), but is a forgotten one.
  if (/^[0-9]*$/.test(written)) throw badAddress(role, written, 'it has no host');

  const colon = written.lastIndexOf(':');
  const host = colon < 0 ? written : written.slice(0, colon);
  if (host === '') throw badAddress(role, written, 'it has no host');
  const address = parseIpv4(host) ?? (await names.resolveHost(host));
  if (address === undefined) throw badAddress(role, written, `'${host}' is neither an IPv4 address nor a known host`);
  if (colon < 0) return { address, port: undefined };

  const portWritten = written.slice(colon + 1);
  const port = readInteger(portWritten, 0, MAX_PORT) ?? names.resolvePort(portWritten, protocol);
  if (port === undefined) {
    throw badAddress(
      role,
      written,
      `'${portWritten}' is neither a port from 0 to ${MAX_PORT} nor a ${protocol} service`,
    );
  }
  return { address, port };
}

/** `parameter` names the number in messages. Raises IPVSADM_BAD_NUMBER. */
export function parseInteger(written: string, parameter: string, min: number, max: number): number {
  const value = readInteger(written, min, max);
  if (value === undefined) throw badNumber(parameter, written, min, max);
  return value;
}

/** As strtol(3) reads it in base 10: blanks and a sign may come first, nothing may follow. */
function readInteger(written: string, min: number, max: number): number | undefined {
  if (!/^\s*[+-]?[0-9]+$/.test(written)) return undefined;
  const value = Number(written);
  // Adding 0 turns -0 into 0.
  return value >= min && value <= max ? value + 0 : undefined;
}
