// What has gone over the links of a lab, by the counters of its machines' NICs, and what connections its machines have
// accepted, by their TCP's: what nobody who measures can be wrong about.

import { type Lab, namespacePath } from '../lab/mod.ts';
import type { LinkLoad } from '../model/mod.ts';
import { type DeviceCounters, inNetworkNamespace, readDeviceCounters, readPassiveOpens } from '../system/mod.ts';

/** Since the links exist. In the order of the plan's links. */
export function readLinks(lab: Lab): LinkLoad[] {
  return readTraffic(lab).map(({ link, inBytes, outBytes }) => ({ link, inBytes, outBytes }));
}

export type LinkTraffic = Pick<LinkLoad, 'link'> & DeviceCounters;

/** The same with packets. */
export function readTraffic({ plan }: Lab): LinkTraffic[] {
  const tables = new Map(
    plan.machines.map(({ name, namespace }) => [
      name,
      inNetworkNamespace(namespacePath(namespace), readDeviceCounters),
    ]),
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

/** Connections that the TCP of these machines has accepted since they exist. */
export function readAccepted({ plan }: Lab, machines: ReadonlySet<string>): number {
  return plan.machines
    .filter(({ name }) => machines.has(name))
    .map(({ namespace }) => inNetworkNamespace(namespacePath(namespace), readPassiveOpens))
    .reduce((sum, count) => sum + count, 0);
}
