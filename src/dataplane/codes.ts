// The model's names as the data plane's numbers (bpf/abi.h), both ways, and addresses as its four words.

import type { ConnectionState, SchedulerFlag } from '../director/mod.ts';
import {
  type AddressFamily,
  type ForwardingMethod,
  type IpAddress,
  type Ipv6,
  ipv4FromNumber,
  ipv4ToNumber,
  ipv6FromWords,
  ipv6ToWords,
  isIpv6,
  type SchedulerName,
  type TransportProtocol,
} from '../model/mod.ts';
import { lvsFamily, lvsMethod, lvsScheduler, lvsServiceFlags, lvsState, lvsTunnel } from './abi.ts';

/** From <linux/in.h>. */
export const PROTOCOLS: Readonly<Record<TransportProtocol | 'ip', number>> = { ip: 0, tcp: 6, udp: 17, sctp: 132 };

export const FAMILIES: Readonly<Record<AddressFamily, number>> = {
  inet: lvsFamily.LVS_IPV4,
  inet6: lvsFamily.LVS_IPV6,
};

export const METHODS: Readonly<Record<ForwardingMethod, number>> = {
  nat: lvsMethod.LVS_NAT,
  dr: lvsMethod.LVS_DR,
  tun: lvsMethod.LVS_TUN,
};

export const TUNNELS = {
  ipip: lvsTunnel.LVS_TUNNEL_IPIP,
  gue: lvsTunnel.LVS_TUNNEL_GUE,
  gre: lvsTunnel.LVS_TUNNEL_GRE,
} as const;

export const SCHEDULERS: Readonly<Record<SchedulerName, number>> = {
  rr: lvsScheduler.LVS_SCHED_RR,
  wrr: lvsScheduler.LVS_SCHED_WRR,
  lc: lvsScheduler.LVS_SCHED_LC,
  wlc: lvsScheduler.LVS_SCHED_WLC,
  lblc: lvsScheduler.LVS_SCHED_LBLC,
  lblcr: lvsScheduler.LVS_SCHED_LBLCR,
  dh: lvsScheduler.LVS_SCHED_DH,
  sh: lvsScheduler.LVS_SCHED_SH,
  sed: lvsScheduler.LVS_SCHED_SED,
  nq: lvsScheduler.LVS_SCHED_NQ,
  fo: lvsScheduler.LVS_SCHED_FO,
  ovf: lvsScheduler.LVS_SCHED_OVF,
  mh: lvsScheduler.LVS_SCHED_MH,
  twos: lvsScheduler.LVS_SCHED_TWOS,
};

export const SCHEDULER_FLAGS: Readonly<Record<SchedulerFlag, number>> = {
  1: lvsServiceFlags.LVS_SERVICE_SCHED_1,
  2: lvsServiceFlags.LVS_SERVICE_SCHED_2,
  3: lvsServiceFlags.LVS_SERVICE_SCHED_3,
};

/** The name that a number stands for. Throws RangeError when it stands for none. */
export function nameOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K {
  for (const name in table) if (table[name] === value) return name;
  throw new RangeError(`${value} is none of ${Object.keys(table).join(', ')}`);
}

/** What `ipvsadm -Lc` calls a state; templates have none. Undefined for one that is about to be deleted. */
export function stateName(state: number): ConnectionState | undefined {
  if (state === lvsState.LVS_S_TEMPLATE) return 'NONE';
  return STATE_NAMES.get(state);
}

const STATE_NAMES = new Map(
  Object.entries(lvsState)
    .filter(([, value]) => value < lvsState.LVS_S_TEMPLATE)
    .map(([name, value]) => [value as number, name.replace(/^LVS_S_(SCTP_)?/, '') as ConnectionState]),
);

/** IPv4 in the first of the four words. */
export function encodeAddress(address: IpAddress): readonly number[] {
  if (!isIpv6(address)) return [ipv4ToNumber(address), 0, 0, 0];
  const words = ipv6ToWords(address);
  return [0, 2, 4, 6].map((at) => (words[at] ?? 0) * 0x10000 + (words[at + 1] ?? 0));
}

export function decodeAddress(words: readonly number[], family: number): IpAddress {
  if (family !== lvsFamily.LVS_IPV6) return ipv4FromNumber(words[0] ?? 0);
  return ipv6FromWords(words.flatMap((word) => [word >>> 16, word & 0xffff]));
}

/** The mask of a prefix length, as an IPv6 address is stored. */
export function encodePrefixMask(prefixLength: number): readonly number[] {
  return [0, 32, 64, 96].map((start) => {
    const bits = Math.min(32, Math.max(0, prefixLength - start));
    return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  });
}

export function decodePrefixMask(words: readonly number[]): number {
  return words.reduce((bits, word) => bits + word.toString(2).replaceAll('0', '').length, 0);
}

/** A firewall mark where listings show a virtual address (ip_vs_ctl.c: the mark in network order). */
export function markAsAddress(mark: number, family: number): IpAddress {
  if (family !== lvsFamily.LVS_IPV6) return ipv4FromNumber(mark);
  return ipv6FromWords([mark >>> 16, mark & 0xffff, 0, 0, 0, 0, 0, 0]) as Ipv6;
}
