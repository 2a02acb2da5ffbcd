// How a system scales that stands on hosts already: clients on hosts of their own, at the same time, each by its own clock.
// Nothing is set up on the hosts and nothing is left there. Writes result files only.

import type { Cluster, ScaleRun, SystemName, VirtualService, WindowTransferName } from '../model/mod.ts';
import { connectHosts, type ReachedPlace } from './connect-hosts.ts';
import { readMachine } from './environment.ts';
import { hostsUnfit } from './errors.ts';
import type { HostsBed } from './hosts-bed.ts';
import { countWindows, goRounds, recordScale, type ScaleRounds } from './scale-rounds.ts';
import { servicesFor } from './service-ports.ts';

export interface ScaleHostsOptions extends Omit<ScaleRounds, 'clients'> {
  readonly hosts: readonly ReachedPlace[];
  /** How lvskit is started there. */
  readonly launcher: readonly string[];
  /** How many at once; without it 1, 2, 4, … and all of them. */
  readonly clients: readonly number[] | undefined;
}

/**
 * Throws SCALE_HOSTS_UNFIT, CLOCK_UNCERTAIN, SCALE_NOTHING_TRANSFERRED, COMPARE_INTERRUPTED, RESULTS_UNWRITABLE, and the
 * AgentError of a client that cannot be reached.
 */
export async function scaleOnHosts(cluster: Cluster, options: ScaleHostsOptions): Promise<ScaleRun> {
  const service = findService(cluster, options.transfer);
  const plan: ScaleRounds = { ...options, clients: clientCounts(options) };
  const { hosts, launcher, signal, onProgress } = options;
  onProgress({ stage: 'connecting', hosts: hosts.filter(({ prefix }) => prefix !== undefined).length });
  const bed = await connectHosts(hosts, { launcher, target: cluster.vip.address, signal });
  try {
    for (const unread of bed.unread) onProgress({ stage: 'unread', ...unread });
    const system = systemOf(cluster);
    const realservers = new Set(service.servers.map(({ address }) => address)).size;
    return await recordScale(options, describeRun(system, realservers, bed, plan), async (folder) => {
      await goRounds({ beds: [{ system, bed }], realservers }, { done: 0, total: countWindows(plan) }, folder, plan);
    });
  } finally {
    await bed.stop();
  }
}

/** What stands: the conf's way of forwarding. */
function systemOf({ method, machines }: Cluster): SystemName {
  const isMartian = machines.some(({ role, acceptsLocalSource }) => role === 'director' && acceptsLocalSource);
  return method === 'dr' && isMartian ? 'dr-martian' : method;
}

/** That the clients will use. Throws SCALE_HOSTS_UNFIT. */
function findService({ source, services }: Cluster, transfer: WindowTransferName): VirtualService {
  const wanted = servicesFor([transfer]);
  const found = services.find(({ protocol, port }) =>
    wanted.some((each) => each.protocol === protocol && each.port === port),
  );
  if (found !== undefined) return found;
  const ports = wanted.map(({ protocol, port }) => `${protocol} ${port}`).join(' or ');
  throw hostsUnfit(
    `${source.confFile} has no service at ${ports}, which ${transfer} needs`,
    'add a SERVICE line and apply it on the hosts, or choose another --transfer',
  );
}

/** Throws SCALE_HOSTS_UNFIT. */
function clientCounts({ hosts, clients }: ScaleHostsOptions): readonly number[] {
  const names = hosts.filter(({ role, prefix }) => role === 'client' && prefix !== undefined).map(({ host }) => host);
  const again = names.find((name, index) => names.indexOf(name) !== index);
  if (again !== undefined) throw hostsUnfit(`${again} is a client twice`, 'name each client once');
  const all = names.length;
  if (all === 0) throw hostsUnfit('there is no client to measure with', 'name some with --client-hosts');
  if (clients === undefined) {
    const halves = Array.from({ length: Math.ceil(Math.log2(all)) }, (_, exponent) => 2 ** exponent);
    return [...halves, all];
  }
  const most = Math.max(...clients);
  if (most <= all) return clients;
  throw hostsUnfit(
    `${most} clients are more than there are hosts for: ${all}`,
    'name further hosts with --client-hosts, or fewer --clients',
  );
}

/** The machine of the environment is this one: what the hosts are stands with each. */
function describeRun(system: SystemName, realservers: number, { hosts }: HostsBed, plan: ScaleRounds): ScaleRun {
  const { clients, transfer, sizesBytes, windowSeconds, rounds, command } = plan;
  return {
    format: 2,
    kind: 'scale',
    startedAt: new Date().toISOString(),
    finishedAt: undefined,
    command,
    systems: [system],
    realservers: [realservers],
    clients,
    transfer,
    sizesBytes,
    windowSeconds,
    rounds,
    rateBitsPerSecond: undefined,
    environment: { ...readMachine(plan.version), rate: undefined },
    hosts,
  };
}
