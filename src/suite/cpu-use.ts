// The CPU time that the machines of a testbed spend on whatever is done meanwhile.

import type { CpuUse } from '../model/mod.ts';
import { readNamespacesCpuNs, readSoftirqNs } from '../system/mod.ts';
import type { Testbed } from './testbed.ts';

/** What `measure` gives, and the CPU time that the machines spent meanwhile. */
export async function withCpuUse<T extends { readonly elapsedNs: number }>(
  testbed: Testbed,
  measure: () => Promise<T>,
): Promise<{ result: T; cpu: CpuUse }> {
  const before = readCpu(testbed);
  const result = await measure();
  const after = readCpu(testbed);
  const processNs = Object.fromEntries(
    [...after.processNs].map(([machine, ns]) => [machine, ns - (before.processNs.get(machine) ?? 0)]),
  );
  return { result, cpu: { processNs, softirqNs: after.softirqNs - before.softirqNs, elapsedNs: result.elapsedNs } };
}

function readCpu({ namespacePaths }: Testbed): { processNs: ReadonlyMap<string, number>; softirqNs: number } {
  const times = readNamespacesCpuNs(namespacePaths.map(({ path }) => path));
  return {
    processNs: new Map(namespacePaths.map(({ machine }, index) => [machine, times[index] ?? 0])),
    softirqNs: readSoftirqNs(),
  };
}
