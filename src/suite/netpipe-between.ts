// Netpipe between any two machines of a lab, or of one with itself. Each pair has two agents of its own, so that several
// can be visited at the same time: a visit blocks its agents.

import { type Agent, connectNetpipe, listenNetpipe, type NetpipePair } from '../agent/mod.ts';
import type { Lab } from '../lab/mod.ts';
import { ANY_ADDRESS, type Ipv4 } from '../model/mod.ts';
import { startAgents } from './system-lab.ts';

export interface NetpipeBetween {
  /** Machine.name of the transmitter. */
  readonly from: string;
  /** Of the receiver; the same for a host's netpipe to itself. */
  readonly to: string;
  /** Where the transmitter connects to: an address of the receiver's (127.0.0.1 of its own), or one that leads there. */
  readonly address: Ipv4;
  /** Where the receiver listens; any free one by default, which only its own addresses lead to. */
  readonly port?: number;
  /** CPUs of the two agents; without them, any. */
  readonly cpus?: { readonly from?: number; readonly to?: number };
}

/**
 * Closing it ends its agents, as the lab's end does. Throws LAB_MACHINE_UNKNOWN and the errors of agents; then nothing
 * of it is left.
 */
export async function openNetpipe(
  lab: Lab,
  { from, to, address, port = 0, cpus = {} }: NetpipeBetween,
): Promise<NetpipePair> {
  const agents: Agent[] = [];
  const start = async (machine: string, cpu: number | undefined): Promise<Agent> => {
    const [agent] = (await startAgents(lab, [{ machine, ...(cpu === undefined ? {} : { cpu }) }])).values();
    if (agent === undefined) throw new Error(`no agent on ${machine}`);
    agents.push(agent);
    return agent;
  };
  const end = async () => {
    await Promise.all(agents.map((agent) => agent.close()));
  };
  try {
    const [transmitter, receiver] = [await start(from, cpus.from), await start(to, cpus.to)];
    const listener = await listenNetpipe(receiver, { address: ANY_ADDRESS, port });
    const pair = await connectNetpipe(transmitter, address, listener.port, listener);
    return {
      ...pair,
      close: async (first) => {
        await pair.close(first).finally(end);
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
