// Addresses in ipvsadm's options: host, host:port and [host]:port, by number or by name.

import {
  type IpAddress,
  type Ipv4,
  ipv4FromNumber,
  ipv4ToNumber,
  parseIpv4,
  parseIpv6,
  type TransportProtocol,
} from '../../model/mod.ts';
import { badAddress, badGroup } from './errors.ts';
import type { NameService } from './names.ts';
import { readInteger } from './parse-values.ts';

const MAX_PORT = 65535;

export interface HostAndPort {
  readonly address: IpAddress;
  /** Undefined when none is written. */
  readonly port: number | undefined;
}

/** `role` says whose address it is, for messages. Raises IPVSADM_BAD_ADDRESS. */
export async function parseHostAndPort(
  written: string,
  role: 'service' | 'realserver',
  protocol: TransportProtocol,
  names: NameService,
): Promise<HostAndPort> {
  const portOf = (text: string): number => {
    const port = readInteger(text, 0, MAX_PORT) ?? names.resolvePort(text, protocol);
    if (port !== undefined) return port;
    throw badAddress(role, written, `'${text}' is neither a port from 0 to ${MAX_PORT} nor a ${protocol} service`);
  };
  if (written.startsWith('[')) {
    const [, host = '', port] = /^\[([^\]]*)\]:(.*)$/s.exec(written) ?? [];
    if (port === undefined) throw badAddress(role, written, 'a port must follow the brackets');
    const address = parseIpv6(host);
    if (address === undefined) throw badAddress(role, written, `'${host}' is no IPv6 address`);
    return { address, port: portOf(port) };
  }
  const colon = written.lastIndexOf(':');
  const ipv6 = written.indexOf(':') === colon ? undefined : parseIpv6(written);
  if (ipv6 !== undefined) return { address: ipv6, port: undefined };
  // A number alone would pass for an address (80 is 0.0.0.80), but is a forgotten one.
  if (/^[0-9]*$/.test(written)) throw badAddress(role, written, 'it has no host');

  const host = colon < 0 ? written : written.slice(0, colon);
  if (host === '') throw badAddress(role, written, 'it has no host');
  const address = await parseIpv4Host(host, names);
  if (address === undefined) throw badAddress(role, written, `'${host}' is neither an IP address nor a known host`);
  return { address, port: colon < 0 ? undefined : portOf(written.slice(colon + 1)) };
}

/** A number in any form of inet_aton(3), or a name that the machine knows an IPv4 address for. */
export async function parseIpv4Host(written: string, names: NameService): Promise<Ipv4 | undefined> {
  return parseIpv4(written) ?? parseShortIpv4(written) ?? (await names.resolveHost(written));
}

/** Raises IPVSADM_BAD_GROUP. */
export function parseMulticastGroup(written: string): IpAddress {
  const ipv6 = parseIpv6(written);
  if (ipv6?.startsWith('ff')) return ipv6;
  const ipv4 = parseIpv4(written);
  if (ipv4 === undefined || ipv4ToNumber(ipv4) >>> 28 !== 0xe) throw badGroup(written);
  return ipv4;
}

/** Up to four numbers, decimal, octal (010) or hexadecimal (0x0a); the last fills what is left of 32 bits. */
function parseShortIpv4(written: string): Ipv4 | undefined {
  const parts = written.split('.').map(parseCNumber);
  const last = parts.pop();
  if (parts.length > 3 || last === undefined) return undefined;
  if (parts.some((part) => part === undefined || part > 255) || last >= 2 ** (8 * (4 - parts.length))) return undefined;
  return ipv4FromNumber(
    parts.reduce<number>((value, part, index) => value + (part ?? 0) * 2 ** (24 - 8 * index), last),
  );
}

function parseCNumber(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number(text);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : undefined;
}
