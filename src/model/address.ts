// IPv4 addresses and networks as values: parsing, formatting and arithmetic. No sockets, no name look-up.

declare const ipv4Brand: unique symbol;
/** A dotted-quad address that has been parsed: always four decimal octets without leading zeros. */
export type Ipv4 = string & { readonly [ipv4Brand]: true };

/** An IPv4 network: `base` has no host bits set. */
export interface Ipv4Network {
  readonly base: Ipv4;
  readonly prefixLength: number;
}

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const DOTTED_QUAD = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** The address that `text` writes, or undefined when it is not a dotted quad. */
export function parseIpv4(text: string): Ipv4 | undefined {
  return DOTTED_QUAD.test(text) ? (text as Ipv4) : undefined;
}

/** The address as an unsigned 32-bit number in host order: 192.168.1.1 is 0xc0a80101. */
export function ipv4ToNumber(address: Ipv4): number {
  return address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
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
