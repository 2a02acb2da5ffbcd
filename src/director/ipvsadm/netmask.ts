// Masks under which clients count as one (-M): an IPv4 netmask or an IPv6 prefix length.

import { ipv4FromNumber } from '../../model/mod.ts';
import type { Persistence } from '../data-plane.ts';

export const WHOLE_ADDRESS = { inet: ipv4FromNumber(0xffffffff), inet6: 128 } as const;

/** Whether the mask tells every client from every other, which needs no saying. */
export function isWholeAddress(netmask: Persistence['netmask']): boolean {
  return netmask === WHOLE_ADDRESS.inet || netmask === WHOLE_ADDRESS.inet6;
}
