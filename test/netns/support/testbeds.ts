// Testbeds of systems, taken down whatever happens with them; what the kernels of their machines say.

import { readFileSync } from 'node:fs';
import type { SystemName } from '../../../src/model/mod.ts';
import { provePath } from '../../../src/suite/proof.ts';
import { planSystem, type SystemOptions } from '../../../src/suite/systems.ts';
import { Testbed } from '../../../src/suite/testbed.ts';
import { inNetworkNamespace, runCommand } from '../../../src/system/mod.ts';
import { pathOf } from './inside.ts';
import { type Example, exampleCluster } from './virtual-server.ts';

// Agents are started by the words that started this process, which here are those of a test.
process.argv[1] = new URL('../../../src/cli/main.ts', import.meta.url).pathname;

export interface Wanted extends SystemOptions {
  readonly system: SystemName;
  /** `vs-dr` by default. */
  readonly conf?: Example;
}

let count = 0;

export function startTestbed({ system, conf = 'vs-dr', ...options }: Wanted): Promise<Testbed> {
  return Testbed.start(planSystem(exampleCluster(conf), system, options), {
    labName: `sys${process.pid}-${++count}`,
    cpus: { client: 0, realserver: 0 },
  });
}

export async function withTestbed(wanted: Wanted, work: (testbed: Testbed) => Promise<void>): Promise<void> {
  const testbed = await startTestbed(wanted);
  try {
    await work(testbed);
  } finally {
    await testbed.stop();
  }
}

/** What of the proof is not as it must be; empty when the path is proven. */
export async function doubtsOf(testbed: Testbed): Promise<readonly string[]> {
  const proof = await provePath(testbed);
  if (proof.proven) return [];
  return [proof.hostnames.join(' '), ...proof.counters.map((counter) => JSON.stringify(counter))];
}

/** Whether an address is on a device of the machine. */
export function hasAddress(testbed: Testbed, machine: string, address: string): boolean {
  const { stdout } = runCommand(['nsenter', `--net=${pathOf(testbed.lab, machine)}`, 'ip', '-brief', 'addr']);
  return stdout.includes(`${address}/`);
}

/** Connections that the machine's kernel tracks at this moment; 0 where it does not track. */
export function trackedConnections(testbed: Testbed, machine: string): number {
  const read = () => Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_count', 'utf8'));
  return inNetworkNamespace(pathOf(testbed.lab, machine), read);
}
