// Which addresses IPVS takes for realservers: what the kernel says of an address without looking at its routes. So
// the broadcast address of a network that the director is on is not known for one.

import { type IpAddress, type Ipv4, type Ipv6, ipv4ToNumber, ipv6ToWords, isIpv6 } from '../model/mod.ts';

export function isForwardable(address: IpAddress): boolean {
  return isIpv6(address) ? isForwardableIpv6(address) : isForwardableIpv4(address);
}

/** Unicast or local in inet_addr_type()'s sense. */
function isForwardableIpv4(address: Ipv4): boolean {
  const value = ipv4ToNumber(address);
  const isMulticast = value >>> 28 === 0xe;
  const isLoopbackBroadcast = value === 0x7fffffff;
  return value !== 0 && value !== 0xffffffff && !isMulticast && !isLoopbackBroadcast;
}

/** Unicast in ipv6_addr_type()'s sense, which has no name for mapped IPv4 addresses, and not link-local. */
function isForwardableIpv6(address: Ipv6): boolean {
  const words = ipv6ToWords(address);
  const [first = 0] = words;
  const isUnspecified = words.every((word) => word === 0);
  const isMulticast = first >>> 8 === 0xff;
  const isLinkLocal = (first & 0xffc0) === 0xfe80;
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  return !isUnspecified && !isMulticast && !isLinkLocal && !isMapped;
}
