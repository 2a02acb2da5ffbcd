// IP addresses in the bytes of a message, in network order.

import { type IpAddress, ipv4FromNumber, ipv4ToNumber, ipv6FromWords, ipv6ToWords, isIpv6 } from '../model/mod.ts';

export const IPV4_BYTES = 4;
export const IPV6_BYTES = 16;

/** @param bytes length of the address: IPV4_BYTES or IPV6_BYTES */
export function readAddress(view: DataView, offset: number, bytes: number): IpAddress {
  if (bytes === IPV4_BYTES) return ipv4FromNumber(view.getUint32(offset));
  return ipv6FromWords(Array.from({ length: 8 }, (_, at) => view.getUint16(offset + 2 * at)));
}

export function writeAddress(view: DataView, offset: number, address: IpAddress): void {
  if (!isIpv6(address)) view.setUint32(offset, ipv4ToNumber(address));
  else for (const [at, word] of ipv6ToWords(address).entries()) view.setUint16(offset + 2 * at, word);
}
