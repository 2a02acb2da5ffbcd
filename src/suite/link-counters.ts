// What has gone over the links of a lab, by the counters of its machines' NICs, and what connections its machines have
// accepted, by their TCP's: what nobody who measures can be wrong about.

import { readFileSync } from 'node:fs';
import { type Lab, namespacePath } from '../lab/mod.ts';
import type { LinkLoad } from '../model/mod.ts';
import { inNetworkNamespace } from '../system/mod.ts';

/** Since the links exist. In the order of the plan's links. */
export function readLinks(lab: Lab): LinkLoad[] {
  return readTraffic(lab).map(({ link, inBytes, outBytes }) => ({ link, inBytes, outBytes }));
}

/**
 * A packet is what the NIC is given: with offloads as much of a stream as the kernel hands over at once, without them what
 * fits into the MTU.
 */
export interface LinkTraffic extends LinkLoad {
  readonly inPackets: number;
  readonly outPackets: number;
}

/** The same with packets. */
export function readTraffic({ plan }: Lab): LinkTraffic[] {
  const tables = new Map(
    plan.machines.map(({ name, namespace }) => [name, inNetworkNamespace(namespacePath(namespace), readDevices)]),
  );
  return plan.links.map(({ machine, device }) => {
    const { inBytes = 0, outBytes = 0, inPackets = 0, outPackets = 0 } = tables.get(machine)?.get(device) ?? {};
    return { link: `${machine}:${device}`, inBytes, outBytes, inPackets, outPackets };
  });
}

/** What has gone over since `before`. */
export function linksSince(before: readonly LinkLoad[], after: readonly LinkLoad[]): LinkLoad[] {
  return after.map(({ link, inBytes, outBytes }, index) => ({
    link,
    inBytes: inBytes - (before[index]?.inBytes ?? 0),
    outBytes: outBytes - (before[index]?.outBytes ?? 0),
  }));
}

/** The same of traffic. */
export function trafficSince(before: readonly LinkTraffic[], after: readonly LinkTraffic[]): LinkTraffic[] {
  const loads = linksSince(before, after);
  return after.map(({ inPackets, outPackets, ...link }, index) => ({
    ...(loads[index] ?? link),
    inPackets: inPackets - (before[index]?.inPackets ?? 0),
    outPackets: outPackets - (before[index]?.outPackets ?? 0),
  }));
}

/** Of the namespace that we are in: `eth0: BYTES PACKETS … (16 columns)`, received and sent. */
function readDevices(): Map<string, Omit<LinkTraffic, 'link'>> {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n').slice(2);
  return new Map(
    lines.flatMap((line) => {
      const [device, counters] = line.split(':');
      if (device === undefined || counters === undefined) return [];
      const columns = counters.trim().split(/\s+/).map(Number);
      const [inBytes = 0, inPackets = 0] = columns;
      const [outBytes = 0, outPackets = 0] = columns.slice(8);
      return [[device.trim(), { inBytes, outBytes, inPackets, outPackets }] as const];
    }),
  );
}

/** Connections that the TCP of these machines has accepted since they exist. */
export function readAccepted({ plan }: Lab, machines: ReadonlySet<string>): number {
  return plan.machines
    .filter(({ name }) => machines.has(name))
    .map(({ namespace }) => inNetworkNamespace(namespacePath(namespace), readPassiveOpens))
    .reduce((sum, count) => sum + count, 0);
}

/** Of /proc/net/snmp: a line of names, a line of values. */
function readPassiveOpens(): number {
  const [names = [], values = []] = readFileSync('/proc/thread-self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('PassiveOpens')] ?? 0);
}
