// Virtual servers of the example confs, each in a lab of its own that is taken down whatever happens in it.

import { loadCluster } from '../../../src/conf/mod.ts';
import type { AttachMode } from '../../../src/dataplane/mod.ts';
import type { Lab, LabOptions } from '../../../src/lab/mod.ts';
import type { Cluster, Ipv4, Machine, TransportProtocol, VirtualService } from '../../../src/model/mod.ts';
import { bringUpVirtualServer, takeDownVirtualServer } from '../../../src/suite/mod.ts';

export type Example = 'vs-nat' | 'vs-dr' | 'vs-dr-1nic' | 'vs-tun' | 'vs-dr-martian';

/** No device holds the VIP on the realservers, on the director, on any of them. */
export type TransparentProxyExample = 'vs-dr-tp-realserver' | 'vs-dr-tp-director' | 'vs-dr-tp-both';

/** One conf for each way of forwarding. */
export const EXAMPLE_OF_EACH_METHOD: readonly Example[] = ['vs-nat', 'vs-dr', 'vs-tun'];

/** A service besides those of the conf, at the VIP. */
export interface FurtherService {
  readonly port: number;
  readonly protocol?: TransportProtocol;
  /** The first so many of the conf's realservers; one by default. */
  readonly servers?: number;
}

export interface VirtualServerOptions extends Omit<LabOptions, 'name'> {
  readonly attach?: AttachMode;
  readonly services?: readonly FurtherService[];
}

let count = 0;

export async function withVirtualServer(
  example: Example | TransparentProxyExample,
  options: VirtualServerOptions,
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  const { services = [], ...labOptions } = options;
  const name = `t${process.pid}-${++count}-${example}`;
  const lab = await bringUpVirtualServer(withServices(exampleCluster(example), services), { ...labOptions, name });
  try {
    await work(lab);
  } finally {
    await takeDownVirtualServer(name);
  }
}

export function exampleCluster(example: Example | TransparentProxyExample): Cluster {
  return loadCluster({ confFile: exampleFile(example), hostsFile: undefined });
}

export function exampleFile(example: Example | TransparentProxyExample): string {
  return new URL(`../../../examples/${example}.conf`, import.meta.url).pathname;
}

function withServices(cluster: Cluster, further: readonly FurtherService[]): Cluster {
  const realservers = realserversOf(cluster);
  const made = further.map(
    ({ port, protocol = 'tcp', servers = 1 }): VirtualService => ({
      protocol,
      address: cluster.vip.address,
      port,
      scheduler: 'rr',
      servers: realservers
        .slice(0, servers)
        .map((machine) => ({ address: addressOf(machine), port, method: cluster.method, weight: 1 })),
    }),
  );
  return { ...cluster, services: [...cluster.services, ...made] };
}

export function realserversOf(cluster: Cluster): readonly Machine[] {
  return cluster.machines.filter(({ role }) => role === 'realserver');
}

/** Of its first NIC. */
export function addressOf(machine: Machine): Ipv4 {
  const [nic] = machine.nics;
  if (nic === undefined) throw new Error(`${machine.name} has no NIC`);
  return nic.address;
}

export function vipOf(lab: Lab): Ipv4 {
  return lab.plan.cluster.vip.address;
}

/** What a service on a realserver binds to so that UDP replies come from there: the VIP, where the realserver has it. */
export function serviceAddressOf(lab: Lab, machine: Machine): Ipv4 {
  return lab.plan.cluster.method === 'nat' ? addressOf(machine) : vipOf(lab);
}
