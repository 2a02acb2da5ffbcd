// The hosts that a cluster stands on, and how a bed of them comes about: agents started by each host's prefix. A client that
// cannot be reached is an error; of any other machine the counters are missing then.

import { type Agent, AgentError, startAgent } from '../agent/mod.ts';
import type { Cluster, Ipv4, Role, ScaleHost, UnreadMachine } from '../model/mod.ts';
import { type Counted, HostsBed } from './hosts-bed.ts';

/** A machine of the cluster, or a further client, and what it is called. */
export interface HostPlace {
  /** `Machine.name` */
  readonly machine: string;
  readonly host: string;
  readonly role: Role;
  /** Of its NICs in the conf; of a further client none are known. */
  readonly addresses: readonly Ipv4[];
}

export interface ReachedPlace extends HostPlace {
  /** The words that bring a command there; without them the host is to be left alone. */
  readonly prefix: readonly string[] | undefined;
}

export interface ConnectOptions {
  /** How lvskit is started there. */
  readonly launcher: readonly string[];
  /** Where clients connect to. */
  readonly target: Ipv4;
  readonly signal: AbortSignal;
}

/** The machines of the conf, then the further clients: `client2`, `client3`, … */
export function hostPlaces(cluster: Cluster, clientHosts: readonly string[]): readonly HostPlace[] {
  const machines = cluster.machines.map(
    ({ name, hostname, role, nics }): HostPlace => ({
      machine: name,
      host: hostname,
      role,
      addresses: nics.map(({ address }) => address),
    }),
  );
  const clients = machines.filter(({ role }) => role === 'client').length;
  const further = clientHosts.map(
    (host, index): HostPlace => ({ machine: `client${clients + index + 1}`, host, role: 'client', addresses: [] }),
  );
  return [...machines, ...further];
}

/** Throws the AgentError of a client that cannot be used; then no agent is left. */
export async function connectHosts(places: readonly ReachedPlace[], options: ConnectOptions): Promise<HostsBed> {
  const { launcher, target, signal } = options;
  const reached = places.filter(({ prefix }) => prefix !== undefined);
  const start = ({ machine, prefix = [] }: ReachedPlace) => startAgent({ host: machine, prefix, launcher });
  const transferring = reached.filter(({ role }) => role === 'client').map(start);
  const counting = reached.map(async (place) => await describe(place, await start(place), target));
  const [clients, counters] = await Promise.all([Promise.allSettled(transferring), Promise.allSettled(counting)]);
  const counted = counters.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const agents = clients.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  // Of a client's counters alone one could do without; but not with another host's transfers.
  const ofClients = counters.filter((_, index) => reached[index]?.role === 'client');
  const failure = clients.find(isRejected) ?? ofClients.filter(isRejected).find(isWrongHost);
  if (failure !== undefined || signal.aborted) {
    await Promise.all([...agents, ...counted.map(({ agent }) => agent)].map((agent) => agent.close()));
    signal.throwIfAborted();
    throw failure?.reason;
  }
  return new HostsBed({
    target,
    clients: agents,
    counted,
    realservers: places.filter(({ role }) => role === 'realserver').map(({ machine }) => machine),
    unread: places.flatMap((place): UnreadMachine[] => {
      const { machine, role, prefix } = place;
      // A client that is left alone has no part in anything.
      if (prefix === undefined) return role === 'client' ? [] : [{ machine, why: 'it was to be skipped' }];
      const outcome = counters[reached.indexOf(place)];
      return outcome?.status === 'rejected' ? [{ machine, why: (outcome.reason as Error).message }] : [];
    }),
    hosts: places
      .filter(({ role, prefix }) => role !== 'client' || prefix !== undefined)
      .map(
        ({ machine, host }): ScaleHost => ({
          machine,
          host,
          found: counted.find((each) => each.machine === machine)?.found,
        }),
      ),
  });
}

function isRejected(outcome: PromiseSettledResult<unknown>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected';
}

function isWrongHost({ reason }: PromiseRejectedResult): boolean {
  return reason instanceof AgentError && reason.code === 'AGENT_WRONG_HOST';
}

/** What the host says of itself. Closes the agent of one that is not what it should be. */
async function describe(
  { machine, role, addresses }: ReachedPlace,
  agent: Agent,
  target: Ipv4,
): Promise<Counted & Pick<ScaleHost, 'found'>> {
  const nics = addresses.length === 0 ? { addresses, towards: target } : { addresses };
  try {
    const facts = await agent.call('machine.describe', { ...nics, addresses: [...addresses] });
    const { hostname: _, nics: own, ...found } = facts;
    return {
      machine,
      role,
      agent,
      cpuCount: facts.cpuCount,
      nics,
      found: { ...found, nics: own.map(({ device, mtu, rateMbps }) => ({ device, mtu, rateMbps })) },
    };
  } catch (error) {
    await agent.close();
    throw error;
  }
}
