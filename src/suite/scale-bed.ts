// One system with many clients and realservers, standing: an agent in each client's namespace, the service on each
// realserver, and windows that all clients share.

import type { Agent } from '../agent/mod.ts';
import { findDataPlane } from '../dataplane/mod.ts';
import { findMachine, type Lab, type LabOptions, namespacePath } from '../lab/mod.ts';
import type { ClientShare, LostClient, Role, TransferName, WindowSample } from '../model/mod.ts';
import { inNetworkNamespace, readCpuTicks } from '../system/mod.ts';
import { type ClockOffset, measureClock, nowNs } from './clocks.ts';
import { startServicesOn } from './lab-services.ts';
import { linksSince, readLinks } from './link-counters.ts';
import type { LabService } from './service-ports.ts';
import { bringUpSystem, startAgents } from './system-lab.ts';
import type { SystemPlan } from './systems.ts';
import { takeDownVirtualServer } from './virtual-server.ts';

export interface ScaleBedOptions extends Omit<LabOptions, 'realservers'> {
  readonly services: readonly LabService[];
  readonly signal?: AbortSignal;
}

export interface WindowOptions {
  readonly transfer: TransferName;
  readonly sizeBytes: number;
  readonly seconds: number;
  /** So many of the clients, from the first on. */
  readonly clients: number;
  readonly signal?: AbortSignal;
}

/** From the order to begin until the window's start: connections are made, TCP's windows are open. For all, and for each. */
const LEAD_SECONDS = 0.5;
const LEAD_SECONDS_PER_CLIENT = 0.05;
/** After the window's end the clients finish what they are at. */
const CALL_PATIENCE_MS = 30_000;

interface Client {
  readonly agent: Agent;
  readonly clock: ClockOffset;
}

export class ScaleBed {
  readonly plan: SystemPlan;
  readonly lab: Lab;
  readonly #clients: readonly Client[];

  private constructor(plan: SystemPlan, lab: Lab, clients: readonly Client[]) {
    this.plan = plan;
    this.lab = lab;
    this.#clients = clients;
  }

  /** Builds it whole, or leaves nothing behind. */
  static async start(plan: SystemPlan, { services, ...options }: ScaleBedOptions): Promise<ScaleBed> {
    const lab = await bringUpSystem(plan, options);
    const namesOf = (role: Role) =>
      plan.cluster.machines.filter((machine) => machine.role === role).map(({ name }) => name);
    let agents: readonly Agent[] = [];
    try {
      for (const name of namesOf('realserver')) {
        options.signal?.throwIfAborted();
        await startServicesOn(lab, findMachine(lab.plan, name), services, { signal: options.signal });
      }
      const started = await startAgents(
        lab,
        namesOf('client').map((machine) => ({ machine })),
      );
      agents = [...started.values()];
      const clients = await Promise.all(agents.map(async (agent) => ({ agent, clock: await measureClock(agent) })));
      return new ScaleBed(plan, lab, clients);
    } catch (error) {
      await Promise.all(agents.map((agent) => agent.close()));
      await takeDownVirtualServer(lab.plan.name);
      throw error;
    }
  }

  /** One window, with its counters. A client whose agent has gone is among the lost; the others' shares count. */
  async window(options: WindowOptions): Promise<Omit<WindowSample, 'system' | 'realservers' | 'round'>> {
    const { transfer, sizeBytes, seconds, signal } = options;
    const clients = this.#clients.slice(0, options.clients);
    const leadSeconds = LEAD_SECONDS + LEAD_SECONDS_PER_CLIENT * clients.length;
    const startNs = nowNs() + leadSeconds * 1e9;
    const endNs = startNs + seconds * 1e9;
    // Connections that are kept are made before the window.
    const directorBefore = this.#readDirector();
    const running = clients.map(({ agent, clock }, index) => {
      const address = this.plan.targets[index] ?? this.plan.target;
      const window = { startNs: startNs + clock.offsetNs, endNs: endNs + clock.offsetNs };
      const patience = { timeoutMs: CALL_PATIENCE_MS + (leadSeconds + seconds) * 1000 };
      return agent.call('transfer.window', { transfer, address, sizeBytes, ...window }, patience);
    });
    // Looked at when all is over, so that a client that is lost early does not end the process.
    const ended = Promise.allSettled(running);
    await until(startNs);
    const before = this.#readCounters();
    await until(endNs);
    const after = this.#readCounters();
    const outcomes = await ended;
    const director = this.#readDirector();
    signal?.throwIfAborted();
    return {
      clients: clients.length,
      seconds: (after.atNs - before.atNs) / 1e9,
      shares: outcomes.flatMap((outcome, index): ClientShare[] => {
        const client = clients[index]?.agent.host ?? '';
        if (outcome.status === 'rejected') return [];
        const { histogram: _, ...share } = outcome.value;
        return [{ client, ...share }];
      }),
      lost: outcomes.flatMap((outcome, index): LostClient[] =>
        outcome.status === 'rejected'
          ? [{ client: clients[index]?.agent.host ?? '', why: (outcome.reason as Error).message }]
          : [],
      ),
      links: linksSince(before.links, after.links),
      connections: Object.fromEntries(
        [...director.connections].map(([server, count]) => [
          server,
          count - (directorBefore.connections.get(server) ?? 0),
        ]),
      ),
      drops: director.drops - directorBefore.drops,
      machineCpuShare: (after.cpu.busy - before.cpu.busy) / Math.max(after.cpu.total - before.cpu.total, 1),
      clockOffsetNs: Math.max(...clients.map(({ clock }) => Math.abs(clock.offsetNs))),
      clockBoundNs: Math.max(...clients.map(({ clock }) => clock.boundNs)),
    };
  }

  #readDirector() {
    return inNetworkNamespace(namespacePath(findMachine(this.lab.plan, 'director').namespace), readDirector);
  }

  #readCounters() {
    return { atNs: nowNs(), links: readLinks(this.lab), cpu: readCpuTicks() };
  }

  /** Ends everything; once it has resolved nothing is left. */
  async stop(): Promise<void> {
    await Promise.all(this.#clients.map(({ agent }) => agent.close()));
    await takeDownVirtualServer(this.lab.plan.name);
  }
}

/** Connections by realserver and drops of lvskit's director here; nothing where another one forwards. */
function readDirector(): { readonly connections: ReadonlyMap<string, number>; readonly drops: number } {
  const plane = findDataPlane();
  if (plane === undefined) return { connections: new Map(), drops: 0 };
  try {
    const connections = new Map<string, number>();
    for (const { entry, counters } of plane.readStatus().flatMap(({ servers }) => servers)) {
      connections.set(entry.address, (connections.get(entry.address) ?? 0) + counters.connections);
    }
    return { connections, drops: [...plane.readDrops().values()].reduce((sum, count) => sum + count, 0) };
  } finally {
    plane.close();
  }
}

async function until(deadlineNs: number): Promise<void> {
  const ms = (deadlineNs - nowNs()) / 1e6;
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
