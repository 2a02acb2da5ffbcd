// In which order services and servers stand, and what their shares are shares of.

import { isMarkKey } from '../director/mod.ts';
import { type IpAddress, ipv4ToNumber, ipv6ToWords, isIpv6, type TransportProtocol } from '../model/mod.ts';
import type { Activity, ServerView, ServiceView } from './view.ts';

/** Most first, but `address`, which sorts as `ipvsadm -L` does and takes shares of traffic. */
export const SORT_ORDERS = ['traffic', 'packets', 'cps', 'active', 'address'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

const QUANTITIES: Readonly<Record<SortOrder, (activity: Activity) => number>> = {
  traffic: ({ rates }) => rates.inBytesPerSecond + rates.outBytesPerSecond,
  packets: ({ rates }) => rates.inPacketsPerSecond + rates.outPacketsPerSecond,
  cps: ({ rates }) => rates.connectionsPerSecond,
  active: ({ activeConnections }) => activeConnections,
  address: ({ rates }) => rates.inBytesPerSecond + rates.outBytesPerSecond,
};

/** By IP protocol number: 6, 17, 132. */
const PROTOCOL_RANK: Readonly<Record<TransportProtocol, number>> = { tcp: 0, udp: 1, sctp: 2 };

export function quantityOf(order: SortOrder, activity: Activity): number {
  return QUANTITIES[order](activity);
}

/** Equal ones stand in the order of their addresses. */
export function sortServices(services: readonly ServiceView[], order: SortOrder): readonly ServiceView[] {
  return sortBy(services, order, (service) => sortKeyOfService(service));
}

export function sortServers(servers: readonly ServerView[], order: SortOrder): readonly ServerView[] {
  return sortBy(servers, order, ({ entry }) => [...numbersOf(entry.address), entry.port]);
}

function sortBy<T extends { readonly activity: Activity }>(
  items: readonly T[],
  order: SortOrder,
  addressKey: (item: T) => readonly number[],
): readonly T[] {
  return items
    .map((item) => ({
      item,
      quantity: order === 'address' ? 0 : quantityOf(order, item.activity),
      key: addressKey(item),
    }))
    .sort((one, other) => other.quantity - one.quantity || compareNumbers(one.key, other.key))
    .map(({ item }) => item);
}

/** Firewall marks first, then IPv4, IPv6; protocol, address, port. */
function sortKeyOfService({ entry }: ServiceView): readonly number[] {
  if (isMarkKey(entry)) return [0, entry.family === 'inet' ? 0 : 1, entry.mark];
  const family = isIpv6(entry.address) ? 1 : 0;
  return [1, family, PROTOCOL_RANK[entry.protocol], ...numbersOf(entry.address), entry.port];
}

function numbersOf(address: IpAddress): readonly number[] {
  return isIpv6(address) ? [1, ...ipv6ToWords(address)] : [0, ipv4ToNumber(address)];
}

function compareNumbers(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
