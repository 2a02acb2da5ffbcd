// IP addresses and networks as values: parsing, formatting and arithmetic. No sockets, no name look-up.

import { isIPv6 } from 'node:net';

declare const ipv4Brand: unique symbol;
/** A dotted-quad address that has been parsed: always four decimal octets without leading zeros. */
export type Ipv4 = string & { readonly [ipv4Brand]: true };

/** An IPv4 network: `base` has no host bits set. */
export interface Ipv4Network {
  readonly base: Ipv4;
  readonly prefixLength: number;
}

export const ANY_ADDRESS = '0.0.0.0' as Ipv4;
export const LOOPBACK = '127.0.0.1' as Ipv4;

const DOT = 0x2e;
const DIGIT_0 = 0x30;
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const DOTTED_QUAD = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** The address that `text` writes, or undefined when it is not a dotted quad. */
export function parseIpv4(text: string): Ipv4 | undefined {
  return DOTTED_QUAD.test(text) ? (text as Ipv4) : undefined;
}

/** The address as an unsigned 32-bit number in host order: 192.168.1.1 is 0xc0a80101. */
export function ipv4ToNumber(address: Ipv4): number {
  let value = 0;
  let octet = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      value = value * 256 + octet;
      octet = 0;
    } else {
      octet = octet * 10 + code - DIGIT_0;
    }
  }
  return value * 256 + octet;
}

/** The inverse of {@link ipv4ToNumber}; only the low 32 bits count. */
export function ipv4FromNumber(value: number): Ipv4 {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.') as Ipv4;
}

/** 255.255.255.0 → 24; undefined for anything that is not a run of ones followed by zeros. */
export function prefixLengthOfNetmask(netmask: Ipv4): number | undefined {
  const bits = ipv4ToNumber(netmask).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

/** The network of this prefix length that holds `address`. */
export function networkOf(address: Ipv4, prefixLength: number): Ipv4Network {
  const mask = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  return { base: ipv4FromNumber((ipv4ToNumber(address) & mask) >>> 0), prefixLength };
}

export function networkContains(network: Ipv4Network, address: Ipv4): boolean {
  return networkOf(address, network.prefixLength).base === network.base;
}

/** `192.168.1.0/24` */
export function formatNetwork(network: Ipv4Network): string {
  return `${network.base}/${network.prefixLength}`;
}

declare const ipv6Brand: unique symbol;
/** An IPv6 address in its canonical text (RFC 5952), without a zone. */
export type Ipv6 = string & { readonly [ipv6Brand]: true };

export type IpAddress = Ipv4 | Ipv6;

export type AddressFamily = 'inet' | 'inet6';

/** The address that `text` writes, or undefined when it is no IPv6 address or has a zone. */
export function parseIpv6(text: string): Ipv6 | undefined {
  return isIPv6(text) && !text.includes('%') ? ipv6FromWords(wordsOfIpv6Text(text)) : undefined;
}

export function parseIpAddress(text: string): IpAddress | undefined {
  return parseIpv4(text) ?? parseIpv6(text);
}

export function isIpv6(address: IpAddress): address is Ipv6 {
  return address.includes(':');
}

export function familyOf(address: IpAddress): AddressFamily {
  return isIpv6(address) ? 'inet6' : 'inet';
}

/** The eight 16-bit groups, most significant first. */
export function ipv6ToWords(address: Ipv6): readonly number[] {
  return wordsOfIpv6Text(address);
}

/**
 * RFC 5952: lower case, no leading zeros, the longest run of zero groups (of at least two) as `::`. As inet_ntop(3)
 * does, what holds an IPv4 address (::ffff:10.1.0.1, ::10.1.0.1) ends in one.
 */
export function ipv6FromWords(words: readonly number[]): Ipv6 {
  const [high = 0, low = 0] = words.slice(6);
  const startsWithZeros = words.slice(0, 5).every((word) => word === 0);
  const isMapped = startsWithZeros && words[5] === 0xffff;
  const isCompatible = startsWithZeros && words[5] === 0 && high !== 0;
  if (isMapped || isCompatible) return `::${isMapped ? 'ffff:' : ''}${ipv4FromNumber(high * 0x10000 + low)}` as Ipv6;
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && words[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  if (longest.length < 2) return hex(words) as Ipv6;
  return `${hex(words.slice(0, longest.start))}::${hex(words.slice(longest.start + longest.length))}` as Ipv6;
}

/** Of a text that is known to be an IPv6 address; its last 32 bits may be written as a dotted quad. */
function wordsOfIpv6Text(text: string): number[] {
  const hex = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const [head = '', tail] = hex.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
