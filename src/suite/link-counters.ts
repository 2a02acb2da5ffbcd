// What has gone over the links of a lab, by the counters of its machines' NICs: what nobody who measures can be wrong about.

import { readFileSync } from 'node:fs';
import { type Lab, namespacePath } from '../lab/mod.ts';
import type { LinkLoad } from '../model/mod.ts';
import { inNetworkNamespace } from '../system/mod.ts';

/** Since the links exist. In the order of the plan's links. */
export function readLinks({ plan }: Lab): LinkLoad[] {
  const tables = new Map(
    plan.machines.map(({ name, namespace }) => [name, inNetworkNamespace(namespacePath(namespace), readDevices)]),
  );
  return plan.links.map(({ machine, device }) => {
    const { inBytes = 0, outBytes = 0 } = tables.get(machine)?.get(device) ?? {};
    return { link: `${machine}:${device}`, inBytes, outBytes };
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

/** Of the namespace that we are in: `eth0: BYTES packets … (16 columns)`, received and sent. */
function readDevices(): Map<string, { readonly inBytes: number; readonly outBytes: number }> {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n').slice(2);
  return new Map(
    lines.flatMap((line) => {
      const [device, counters] = line.split(':');
      if (device === undefined || counters === undefined) return [];
      const columns = counters.trim().split(/\s+/).map(Number);
      return [[device.trim(), { inBytes: columns[0] ?? 0, outBytes: columns[8] ?? 0 }] as const];
    }),
  );
}
