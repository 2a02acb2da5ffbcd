// One system with many clients and realservers, standing: an agent in each client's namespace, the service on each
// realserver, and windows that all clients share.

import type { Agent } from '../agent/mod.ts';
import { directorCountersSince, readDirectorCounters } from '../dataplane/mod.ts';
import { findMachine, type Lab, type LabOptions, namespacePath } from '../lab/mod.ts';
import type { Role } from '../model/mod.ts';
import { inNetworkNamespace, monotonicNs, readCpuTicks, readNamespacesCpuNs, untilNs } from '../system/mod.ts';
import {
  type MeasuredWindow,
  timesOf,
  transferInWindow,
  type WindowBed,
  type WindowOptions,
} from './client-windows.ts';
import { type ClockOffset, measureClock } from './clocks.ts';
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

interface Client {
  readonly agent: Agent;
  readonly clock: ClockOffset;
}

export class ScaleBed implements WindowBed {
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

  async window(options: WindowOptions): Promise<MeasuredWindow> {
    const { sizeBytes, synchronised, signal } = options;
    const clients = this.#clients.slice(0, options.clients);
    const orders = clients.map(({ agent, clock }, index) => ({
      agent,
      offsetNs: clock.offsetNs,
      target: this.plan.targets[index] ?? this.plan.target,
    }));
    const times = timesOf(options, clients.length);
    // Connections that are kept are made before the window.
    const directorBefore = this.#readDirector();
    const transferring = transferInWindow(orders, times, options);
    await untilNs(times.startNs);
    const before = this.#readCounters();
    const serversBefore = this.#readServers();
    await untilNs(times.endNs);
    const after = this.#readCounters();
    const servers = this.#readServers();
    const { shares, lost } = await transferring;
    const carried = directorCountersSince(directorBefore, this.#readDirector());
    signal?.throwIfAborted();
    const ticks = Math.max(after.cpu.total - before.cpu.total, 1);
    return {
      clients: clients.length,
      sizeBytes,
      synchronised,
      seconds: (after.atNs - before.atNs) / 1e9,
      shares,
      lost,
      links: linksSince(before.links, after.links),
      connections: carried.connections,
      newConnections: after.accepted - before.accepted,
      drops: carried.drops,
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
    const path = namespacePath(findMachine(this.lab.plan, 'director').namespace);
    // Nothing is counted where another one forwards.
    return inNetworkNamespace(path, readDirectorCounters) ?? { connections: {}, drops: 0 };
  }

  #readCounters() {
    return {
      atNs: monotonicNs(),
      links: readLinks(this.lab),
      cpu: readCpuTicks(),
      accepted: readAccepted(this.lab, this.#realservers),
    };
  }

  /** CPU time of each realserver's processes. */
  #readServers() {
    const places = this.lab.plan.machines.filter(({ name }) => this.#realservers.has(name));
    return { atNs: monotonicNs(), cpuNs: readNamespacesCpuNs(places.map(({ namespace }) => namespacePath(namespace))) };
  }

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
