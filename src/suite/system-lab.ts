// What every measurement of a system begins with: its lab with whoever forwards there, and agents on its machines.

import { type Agent, startAgent } from '../agent/mod.ts';
import { enterNamespace, findMachine, type Lab, namespacePath } from '../lab/mod.ts';
import { applyNftables } from './nftables.ts';
import type { SystemPlan } from './systems.ts';
import { applyTransparentProxy } from './transparent-proxy.ts';
import { type BringUpOptions, bringUpVirtualServer, takeDownVirtualServer } from './virtual-server.ts';

/** Builds it whole, or leaves nothing behind. */
export async function bringUpSystem(plan: SystemPlan, options: Omit<BringUpOptions, 'balancer'>): Promise<Lab> {
  const isNftables = plan.shape.director === 'nftables';
  const lab = await bringUpVirtualServer(plan.cluster, { ...options, balancer: isNftables ? 'other' : 'lvskit' });
  try {
    if (isNftables) applyNftables(pathOf(lab, 'director'), plan.cluster.services);
    startTransparentProxy(plan, lab);
    return lab;
  } catch (error) {
    await takeDownVirtualServer(lab.plan.name);
    throw error;
  }
}

function startTransparentProxy({ shape, cluster }: SystemPlan, lab: Lab): void {
  const { realserversAccept: way } = shape;
  if (way !== 'tproxy' && way !== 'redirect') return;
  for (const { name } of cluster.machines.filter(({ role }) => role === 'realserver')) {
    applyTransparentProxy(pathOf(lab, name), way, cluster.vip.address);
  }
}

function pathOf(lab: Lab, machine: string): string {
  return namespacePath(findMachine(lab.plan, machine).namespace);
}

/** The same with agents on its machines, which load while the director does. */
export async function bringUpWithAgents(
  plan: SystemPlan,
  options: Omit<BringUpOptions, 'balancer' | 'onLinks'>,
  places: readonly AgentPlace[],
): Promise<{ lab: Lab; agents: ReadonlyMap<string, Agent> }> {
  const { promise: started, resolve: begin } = Promise.withResolvers<ReadonlyMap<string, Agent>>();
  const nobody: ReadonlyMap<string, Agent> = new Map();
  // Awaited when the rest stands, and perhaps never.
  started.catch(() => {});
  let lab: Lab | undefined;
  try {
    lab = await bringUpSystem(plan, { ...options, onLinks: (links) => begin(startAgents(links, places)) });
    return { lab, agents: await started };
  } catch (error) {
    begin(nobody);
    const agents = await started.catch(() => nobody);
    await Promise.all([...agents.values()].map((agent) => agent.close()));
    if (lab !== undefined) await takeDownVirtualServer(lab.plan.name);
    throw error;
  }
}

export interface AgentPlace {
  /** `Machine.name` */
  readonly machine: string;
  /** Without it, any. */
  readonly cpu?: number;
}

/** All at once, by the machines' names, in their order. When one cannot be started, none is left. */
export async function startAgents(lab: Lab, places: readonly AgentPlace[]): Promise<ReadonlyMap<string, Agent>> {
  const started = await Promise.allSettled(
    places.map(({ machine, cpu }) =>
      startAgent({
        host: machine,
        prefix: enterNamespace(findMachine(lab.plan, machine).namespace),
        ...(cpu === undefined ? {} : { cpu }),
      }),
    ),
  );
  const agents = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await Promise.all(agents.map((agent) => agent.close()));
    throw failure.reason;
  }
  return new Map(agents.map((agent) => [agent.host, agent]));
}
