// What something costs the machines of a testbed: CPU time, the director's program apart, and what goes over the links.

import { readRunTime, timeRuns } from '../dataplane/mod.ts';
import { findMachine, namespacePath } from '../lab/mod.ts';
import type { CpuUse } from '../model/mod.ts';
import { inNetworkNamespace } from '../system/mod.ts';
import { withCpuUse } from './cpu-use.ts';
import { type LinkTraffic, readTraffic, trafficSince } from './link-counters.ts';
import type { Testbed } from './testbed.ts';

export interface LabUse {
  readonly cpu: CpuUse;
  /** Of the director's program, whose time is part of that of softirqs; without lvskit's director, none. */
  readonly director: { readonly ns: number; readonly runs: number };
  /** Of every NIC. */
  readonly traffic: readonly LinkTraffic[];
}

/** What `work` gives, and its cost. Each run of the director's program takes some tens of nanoseconds more meanwhile. */
export async function withLabUse<T>(
  testbed: Testbed,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly use: LabUse }> {
  const stopTiming = timeRuns();
  try {
    const [director, traffic] = [readDirector(testbed), readTraffic(testbed.lab)];
    const { result, cpu } = await withCpuUse(testbed, async () => {
      const beganMs = performance.now();
      const value = await work();
      return { value, elapsedNs: (performance.now() - beganMs) * 1e6 };
    });
    const { ns, runs } = readDirector(testbed);
    return {
      result: result.value,
      use: {
        cpu,
        director: { ns: ns - director.ns, runs: runs - director.runs },
        traffic: trafficSince(traffic, readTraffic(testbed.lab)),
      },
    };
  } finally {
    stopTiming();
  }
}

/** Of a machine, over all its NICs. */
export function trafficOf({ traffic }: LabUse, machine: string): Omit<LinkTraffic, 'link'> {
  const own = traffic.filter(({ link }) => link.startsWith(`${machine}:`));
  const sum = (of: (link: LinkTraffic) => number) => own.reduce((total, link) => total + of(link), 0);
  return {
    inBytes: sum(({ inBytes }) => inBytes),
    outBytes: sum(({ outBytes }) => outBytes),
    inPackets: sum(({ inPackets }) => inPackets),
    outPackets: sum(({ outPackets }) => outPackets),
  };
}

/** ns and runs of the director's program so far; without lvskit's director, none. */
export function readDirector({ lab }: Testbed): { readonly ns: number; readonly runs: number } {
  const path = namespacePath(findMachine(lab.plan, 'director').namespace);
  return inNetworkNamespace(path, readRunTime) ?? { ns: 0, runs: 0 };
}
