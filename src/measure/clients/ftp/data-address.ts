// How the two ends of FTP tell each other where a data connection goes (RFC 959 section 4.1.2, RFC 2428). Pure.

import { type Ipv4, parseIpv4 } from '../../../model/mod.ts';
import type { SocketAddress } from '../../../system/mod.ts';

/** h1,h2,h3,h4,p1,p2 anywhere in the reply to PASV (RFC 1123, section 4.1.2.6); undefined without it. */
export function parsePasvReply(message: string): SocketAddress | undefined {
  const numbers = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/.exec(message)?.slice(1).map(Number);
  if (numbers === undefined || numbers.some((number) => number > 255)) return undefined;
  const address = parseIpv4(numbers.slice(0, 4).join('.'));
  const port = portOf(numbers[4] as number, numbers[5] as number);
  return address === undefined || port === 0 ? undefined : { address, port };
}

/** The port in (|||port|), with whatever delimiter; undefined without it. */
export function parseEpsvReply(message: string): number | undefined {
  const [, , digits] = /\(([!-~])\1\1(\d{1,5})\1\)/.exec(message) ?? [];
  const port = Number(digits);
  return port > 0 && port <= 65_535 ? port : undefined;
}

export function formatPort({ address, port }: SocketAddress): string {
  return `PORT ${address.replaceAll('.', ',')},${port >> 8},${port & 255}`;
}

export function formatEprt({ address, port }: { address: Ipv4; port: number }): string {
  return `EPRT |1|${address}|${port}|`;
}

function portOf(high: number, low: number): number {
  return high * 256 + low;
}
