// One system, standing: its lab, an agent on each machine that takes part, and the netpipe connection that stays
// open for all visits.

import {
  type Agent,
  connectNetpipe,
  listenNetpipe,
  type NetpipeListener,
  type NetpipePair,
  type ResultOf,
} from '../agent/mod.ts';
import { findMachine, type Lab, type LabOptions, namespacePath } from '../lab/mod.ts';
import type { TransferVariant } from '../measure/mod.ts';
import { ANY_ADDRESS, type Ipv4, LvskitError, type Machine, type TransferName } from '../model/mod.ts';
import type { ListenAddress } from '../system/mod.ts';
import { startServicesOn } from './lab-services.ts';
import { type PathCounter, pathCounters } from './path-counters.ts';
import { type LabService, LINE_PORT, NETPIPE_PORT } from './service-ports.ts';
import { bringUpWithAgents } from './system-lab.ts';
import type { SystemPlan } from './systems.ts';
import { takeDownVirtualServer } from './virtual-server.ts';

export interface TestbedOptions extends Omit<LabOptions, 'name' | 'realservers'> {
  readonly labName: string;
  /** CPUs of the client and of the realservers. */
  readonly cpus: { readonly client: number; readonly realserver: number };
  /** What the first realserver runs besides. */
  readonly services?: readonly LabService[];
  readonly signal?: AbortSignal;
}

/** Who transfers with whom, and how. */
export interface TransferHow extends TransferVariant {
  /** A machine with an agent: the client or a realserver. */
  readonly from?: string;
  /** Instead of the system's target: of a realserver itself, or of the client. */
  readonly to?: Ipv4;
}

/** After its time a transfer comes to its end, or is given up. */
const TRANSFER_PATIENCE_MS = 30_000;

export class Testbed {
  readonly plan: SystemPlan;
  readonly lab: Lab;
  readonly counters: readonly PathCounter[];
  readonly #agents: ReadonlyMap<string, Agent>;
  #netpipe: NetpipePair | undefined;

  private constructor(plan: SystemPlan, lab: Lab, agents: ReadonlyMap<string, Agent>) {
    this.plan = plan;
    this.lab = lab;
    this.#agents = agents;
    this.counters = pathCounters(plan.shape, {
      director: namespacePath(findMachine(lab.plan, 'director').namespace),
      decapsulators: lab.plan.machines
        .filter((machine) => machine.hostPlan.steps.some((step) => step.kind === 'decapsulate'))
        .map((machine) => namespacePath(machine.namespace)),
      realservers: this.#realservers.map(({ name }) => namespacePath(findMachine(lab.plan, name).namespace)),
      vip: lab.plan.cluster.vip.address,
    });
  }

  /** Builds it whole, or leaves nothing behind. */
  static async start(plan: SystemPlan, options: TestbedOptions): Promise<Testbed> {
    const { labName, cpus, services = [], ...labOptions } = options;
    const hosts = plan.cluster.machines.filter((machine) => machine.role !== 'director');
    const { lab, agents } = await bringUpWithAgents(
      plan,
      { ...labOptions, name: labName },
      hosts.map(({ name, role }) => ({ machine: name, cpu: role === 'client' ? cpus.client : cpus.realserver })),
    );
    try {
      const testbed = new Testbed(plan, lab, agents);
      await testbed.#serveLines();
      const server = findMachine(lab.plan, plan.answeredBy[0] ?? '');
      await startServicesOn(lab, server, services, { cpu: cpus.realserver, signal: options.signal });
      return testbed;
    } catch (error) {
      await takeDownVirtualServer(labName);
      throw error;
    }
  }

  /** The paths of the namespaces whose processes' CPU time is told apart, by machine. */
  get namespacePaths(): readonly { readonly machine: string; readonly path: string }[] {
    return this.lab.plan.machines.map((machine) => ({ machine: machine.name, path: namespacePath(machine.namespace) }));
  }

  #agent(machine: string): Agent {
    const agent = this.#agents.get(machine);
    if (agent === undefined) throw new LvskitError('LAB_MACHINE_UNKNOWN', `no agent runs on ${machine}`);
    return agent;
  }

  get #realservers(): readonly Machine[] {
    return this.plan.cluster.machines.filter(({ role }) => role === 'realserver');
  }

  /** Where realservers listen. */
  #at(port: number): ListenAddress {
    return { address: ANY_ADDRESS, port, transparent: this.plan.shape.realserversAccept === 'tproxy' };
  }

  async #serveLines(): Promise<void> {
    for (const { name, hostname } of this.#realservers) {
      await this.#agent(name).call('line.serve', { ...this.#at(LINE_PORT), text: hostname });
    }
  }

  /** The hostnames that answer `count` connections, one after the other. */
  askHostnames(count: number): Promise<readonly string[]> {
    return this.#agent('client').call('line.ask', { address: this.plan.target, port: LINE_PORT, count });
  }

  /** Opens the netpipe connection through the system; once. */
  async connectNetpipe(): Promise<void> {
    this.#netpipe = await this.connectOn(await this.listenNetpipe());
  }

  /** Netpipe's listener on the first realserver; one at a time can have the port. */
  listenNetpipe(): Promise<NetpipeListener> {
    const [server] = this.plan.answeredBy;
    return listenNetpipe(this.#agent(server ?? ''), this.#at(NETPIPE_PORT));
  }

  /** A netpipe connection from the client through the system to that listener. */
  connectOn(listener: NetpipeListener): Promise<NetpipePair> {
    return connectNetpipe(this.#agent('client'), this.plan.target, NETPIPE_PORT, listener);
  }

  /** Transfers of one size from the client through the system, one after the other, unless `how` says otherwise. */
  transfer(
    transfer: TransferName,
    sizeBytes: number,
    seconds: number,
    { from = 'client', to = this.plan.target, ...variant }: TransferHow = {},
  ): Promise<ResultOf<'transfer.run'>> {
    const patience = { timeoutMs: seconds * 1000 + TRANSFER_PATIENCE_MS };
    return this.#agent(from).call('transfer.run', { transfer, address: to, sizeBytes, seconds, variant }, patience);
  }

  /** A file of the NFS server through the system: what it is, and what comes of writing to it if it is a device or a FIFO. */
  probeNfsFile(exportPath: string, name: string): Promise<ResultOf<'nfs.probe'>> {
    return this.#agent('client').call('nfs.probe', { address: this.plan.target, exportPath, name });
  }

  /** Services on any of its machines, besides those that it began with. Throws LAB_SERVICE_DEAD. */
  async serve(machine: string, services: readonly LabService[], cpu?: number): Promise<void> {
    await startServicesOn(this.lab, findMachine(this.lab.plan, machine), services, cpu === undefined ? {} : { cpu });
  }

  /** The first of a machine's own: a service that is there is reached at it past the director. */
  addressOf(machine: string): Ipv4 {
    const nic = this.plan.cluster.machines.find(({ name }) => name === machine)?.nics[0];
    if (nic === undefined) throw new LvskitError('LAB_MACHINE_UNKNOWN', `no machine ${machine} has an address`);
    return nic.address;
  }

  get netpipe(): NetpipePair {
    if (this.#netpipe === undefined) throw new LvskitError('AGENT_UNKNOWN_HANDLE', 'netpipe is not connected');
    return this.#netpipe;
  }

  /** Ends everything; once it has resolved nothing of the testbed is left. */
  async stop(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
    await takeDownVirtualServer(this.lab.plan.name);
  }
}
