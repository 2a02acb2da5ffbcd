// One system, standing: its lab, an agent on each machine that takes part, and the netpipe connection that stays
// open for all visits.

import { type Agent, connectNetpipe, listenNetpipe, type NetpipePair, type ResultOf } from '../agent/mod.ts';
import { findMachine, type Lab, type LabOptions, namespacePath } from '../lab/mod.ts';
import { type Ipv4, LvskitError, type TransferName } from '../model/mod.ts';
import { startServicesOn } from './lab-services.ts';
import { type PathCounter, pathCounters } from './path-counters.ts';
import { type LabService, LINE_PORT, NETPIPE_PORT } from './service-ports.ts';
import { bringUpSystem, startAgents } from './system-lab.ts';
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

const ANY_ADDRESS = '0.0.0.0' as Ipv4;

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
      vip: lab.plan.cluster.vip.address,
    });
  }

  /** Builds it whole, or leaves nothing behind. */
  static async start(plan: SystemPlan, options: TestbedOptions): Promise<Testbed> {
    const { labName, cpus, services = [], ...labOptions } = options;
    const lab = await bringUpSystem(plan, { ...labOptions, name: labName });
    try {
      const hosts = plan.cluster.machines.filter((machine) => machine.role !== 'director');
      const agents = await startAgents(
        lab,
        hosts.map(({ name, role }) => ({ machine: name, cpu: role === 'client' ? cpus.client : cpus.realserver })),
      );
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

  async #serveLines(): Promise<void> {
    for (const machine of this.plan.cluster.machines.filter(({ role }) => role === 'realserver')) {
      await this.#agent(machine.name).call('line.serve', {
        address: ANY_ADDRESS,
        port: LINE_PORT,
        text: machine.hostname,
      });
    }
  }

  /** The hostnames that answer `count` connections, one after the other. */
  askHostnames(count: number): Promise<readonly string[]> {
    return this.#agent('client').call('line.ask', { address: this.plan.target, port: LINE_PORT, count });
  }

  /** Opens the netpipe connection through the system; once. */
  async connectNetpipe(): Promise<void> {
    const [server] = this.plan.answeredBy;
    const listener = await listenNetpipe(this.#agent(server ?? ''), { address: ANY_ADDRESS, port: NETPIPE_PORT });
    this.#netpipe = await connectNetpipe(this.#agent('client'), this.plan.target, NETPIPE_PORT, listener);
  }

  /** Transfers of one size from the client through the system, one after the other. */
  transfer(transfer: TransferName, sizeBytes: number, seconds: number): Promise<ResultOf<'transfer.run'>> {
    return this.#agent('client').call('transfer.run', { transfer, address: this.plan.target, sizeBytes, seconds });
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
