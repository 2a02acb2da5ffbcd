// One system with many clients and realservers, standing: an agent in each client's namespace, the service on each
// realserver, and windows that all clients share.

import type { Agent } from '../agent/mod.ts';
import { findDataPlane } from '../dataplane/mod.ts';
import { findMachine, type Lab, type LabOptions, namespacePath } from '../lab/mod.ts';
import type { ClientShare, LostClient, Role, WindowSample, WindowTransferName } from '../model/mod.ts';
import { inNetworkNamespace, readCpuTicks, readNamespacesCpuNs } from '../system/mod.ts';
import { type ClockOffset, measureClock, nowNs } from './clocks.ts';
import { startServicesOn } from './lab-services.ts';
import { linksSince, readAccepted, readLinks } from './link-counters.ts';
import type { LabService } from './service-ports.ts';
import { bringUpSystem, startAgents } from './system-lab.ts';
import type { SystemPlan } from './systems.ts';
import { takeDownVirtualServer } from './virtual-server.ts';

export interface ScaleBedOptions extends Omit<LabOptions, 'realservers'> {
  readonly services: readonly LabService[];
  readonly signal?: AbortSignal;
}

export interface WindowOptions {
  readonly transfer: WindowTransferName;
  readonly sizeBytes: number;
  readonly seconds: number;
  /** One window for all; otherwise every second client has its own, half a window later. */
  readonly synchronised: boolean;
  /** So many of the clients, from the first on. */
  readonly clients: number;
  readonly signal?: AbortSignal;
}

/** From the order to begin until the window's start: connections are made, TCP's windows are open. For all, and for each. */
const LEAD_SECONDS = 0.5;
const LEAD_SECONDS_PER_CLIENT = 0.05;
/** A client of the later windows begins so long before its own: what it does then, the earlier ones see. */
const LATER_LEAD_SECONDS = 0.1;
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
  readonly #realservers: ReadonlySet<string>;

  private constructor(plan: SystemPlan, lab: Lab, clients: readonly Client[]) {
    this.plan = plan;
    this.lab = lab;
    this.#clients = clients;
    this.#realservers = new Set(machineNames(plan, 'realserver'));
  }

  /** Builds it whole, or leaves nothing behind. */
  static async start(plan: SystemPlan, { services, ...options }: ScaleBedOptions): Promise<ScaleBed> {
    const lab = await bringUpSystem(plan, options);
    const [clientNames, serverNames] = [machineNames(plan, 'client'), machineNames(plan, 'realserver')];
    const ready = readyFor(services, Math.ceil(clientNames.length / serverNames.length));
    let agents: readonly Agent[] = [];
    try {
      for (const name of serverNames) {
        options.signal?.throwIfAborted();
        await startServicesOn(lab, findMachine(lab.plan, name), ready, { signal: options.signal });
      }
      const started = await startAgents(
        lab,
        clientNames.map((machine) => ({ machine })),
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
    const { transfer, sizeBytes, seconds, synchronised, signal } = options;
    const clients = this.#clients.slice(0, options.clients);
    const leadSeconds = LEAD_SECONDS + LEAD_SECONDS_PER_CLIENT * clients.length;
    const startNs = nowNs() + leadSeconds * 1e9;
    const laterNs = synchronised || clients.length < 2 ? 0 : (seconds / 2) * 1e9;
    const endNs = startNs + seconds * 1e9 + laterNs;
    // Connections that are kept are made before the window.
    const directorBefore = this.#readDirector();
    const running = clients.map(({ agent, clock }, index) => {
      const address = this.plan.targets[index] ?? this.plan.target;
      const ownStartNs = startNs + clock.offsetNs + (index % 2) * laterNs;
      const window = {
        startNs: ownStartNs,
        endNs: ownStartNs + seconds * 1e9,
        ...(laterNs > 0 && index % 2 === 1 ? { beginNs: ownStartNs - LATER_LEAD_SECONDS * 1e9 } : {}),
      };
      const patience = { timeoutMs: CALL_PATIENCE_MS + (leadSeconds + 1.5 * seconds) * 1000 };
      return agent.call('transfer.window', { transfer, address, sizeBytes, ...window }, patience);
    });
    // Looked at when all is over, so that a client that is lost early does not end the process.
    const ended = Promise.allSettled(running);
    await until(startNs);
    const before = this.#readCounters();
    const serversBefore = this.#readServers();
    await until(endNs);
    const after = this.#readCounters();
    const servers = this.#readServers();
    const outcomes = await ended;
    const director = this.#readDirector();
    signal?.throwIfAborted();
    const ticks = Math.max(after.cpu.total - before.cpu.total, 1);
    return {
      clients: clients.length,
      sizeBytes,
      synchronised,
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
      newConnections: after.accepted - before.accepted,
      drops: director.drops - directorBefore.drops,
      machineCpuShare: (after.cpu.busy - before.cpu.busy) / ticks,
      softirqCpuShare: (after.cpu.softirq - before.cpu.softirq) / ticks,
      serverCpuShare: Math.max(
        0,
        ...servers.cpuNs.map(
          (ns, index) => (ns - (serversBefore.cpuNs[index] ?? 0)) / (servers.atNs - serversBefore.atNs),
        ),
      ),
      clockOffsetNs: Math.max(...clients.map(({ clock }) => Math.abs(clock.offsetNs))),
      clockBoundNs: Math.max(...clients.map(({ clock }) => clock.boundNs)),
    };
  }

  #readDirector() {
    return inNetworkNamespace(namespacePath(findMachine(this.lab.plan, 'director').namespace), readDirector);
  }

  #readCounters() {
    return {
      atNs: nowNs(),
      links: readLinks(this.lab),
      cpu: readCpuTicks(),
      accepted: readAccepted(this.lab, this.#realservers),
    };
  }

  /** CPU time of each realserver's processes. */
  #readServers() {
    const places = this.lab.plan.machines.filter(({ name }) => this.#realservers.has(name));
    return { atNs: nowNs(), cpuNs: readNamespacesCpuNs(places.map(({ namespace }) => namespacePath(namespace))) };
  }

  /** Ends everything; once it has resolved nothing is left. */
  async stop(): Promise<void> {
    await Promise.all(this.#clients.map(({ agent }) => agent.close()));
    await takeDownVirtualServer(this.lab.plan.name);
  }
}

function machineNames({ cluster }: SystemPlan, role: Role): readonly string[] {
  return cluster.machines.filter((machine) => machine.role === role).map(({ name }) => name);
}

/** Netpipe's service has a process for each connection: as many as a realserver is given are there before the first. */
function readyFor(services: readonly LabService[], connections: number): readonly LabService[] {
  const words = ['--spare', String(connections), '--at-once', String(connections + 2)];
  return services.map((service) => (service.name === 'netpipe' ? { ...service, words } : service));
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
