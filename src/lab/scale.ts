// A cluster with more or fewer realservers, or more clients, than its conf file names. Pure.

import {
  type Cluster,
  formatNetwork,
  type IpAddress,
  type Ipv4,
  ipv4FromNumber,
  ipv4ToNumber,
  type Machine,
  type Nic,
  networkOf,
  type VirtualService,
} from '../model/mod.ts';
import { clientsInvalidError, networkFullError, realserversInvalidError, serviceEmptyError } from './errors.ts';

/**
 * The cluster with `count` realservers. Further ones are made like the last, with the next free addresses of its
 * networks, and join every service; with fewer the last ones are left out.
 * Throws LAB_REALSERVERS_INVALID, LAB_NETWORK_FULL, LAB_SERVICE_EMPTY.
 */
export function scaleRealservers(cluster: Cluster, count: number): Cluster {
  if (!Number.isInteger(count) || count < 1) throw realserversInvalidError(count);
  const realservers = cluster.machines.filter((machine) => machine.role === 'realserver');
  const last = realservers.at(-1);
  if (last === undefined || count === realservers.length) return cluster;
  return count < realservers.length
    ? withoutRealservers(cluster, realservers.slice(count), count)
    : withRealservers(cluster, makeMachines(cluster, last, realservers.length, count));
}

/**
 * The cluster with `count` clients: `client`, `client2`, … Further ones are made like the first, with the next free
 * addresses of its networks. Throws LAB_CLIENTS_INVALID, LAB_NETWORK_FULL.
 */
export function scaleClients(cluster: Cluster, count: number): Cluster {
  if (!Number.isInteger(count) || count < 1) throw clientsInvalidError(count);
  const first = cluster.machines.find((machine) => machine.role === 'client');
  if (first === undefined || count === 1) return cluster;
  return { ...cluster, machines: [...cluster.machines, ...makeMachines(cluster, first, 1, count)] };
}

function withoutRealservers(cluster: Cluster, dropped: readonly Machine[], count: number): Cluster {
  const addresses = new Set<IpAddress>(dropped.flatMap((machine) => machine.nics.map((nic) => nic.address)));
  return {
    ...cluster,
    machines: cluster.machines.filter((machine) => !dropped.includes(machine)),
    services: cluster.services.map((service) => {
      const servers = service.servers.filter((server) => !addresses.has(server.address));
      if (servers.length === 0 && service.servers.length > 0) {
        throw serviceEmptyError(`${service.protocol} ${service.address}:${service.port}`, count);
      }
      return { ...service, servers };
    }),
  };
}

function withRealservers(cluster: Cluster, added: readonly Machine[]): Cluster {
  return {
    ...cluster,
    machines: [...cluster.machines, ...added],
    services: cluster.services.map((service) => ({ ...service, servers: joinService(service, added) })),
  };
}

/** New servers are configured like the service's last one. */
function joinService(service: VirtualService, added: readonly Machine[]): VirtualService['servers'] {
  const model = service.servers.at(-1);
  if (model === undefined) return service.servers;
  const joining = added.flatMap(({ nics }) => (nics[0] === undefined ? [] : [{ ...model, address: nics[0].address }]));
  return [...service.servers, ...joining];
}

/** Those after the `present` ones, up to `count`. */
function makeMachines(cluster: Cluster, model: Machine, present: number, count: number): Machine[] {
  const taken = takenAddresses(cluster);
  return Array.from({ length: count - present }, (_, index) => {
    const name = `${model.role}${present + index + 1}`;
    return makeMachine(model, name, (nic) => {
      const address = nextFreeAddress(nic, taken);
      if (address === undefined) {
        const network = formatNetwork(networkOf(nic.address, nic.prefixLength));
        throw networkFullError(network, `${count} ${model.role}s`);
      }
      taken.add(address);
      return address;
    });
  });
}

function makeMachine(model: Machine, name: string, allocate: (nic: Nic) => Ipv4): Machine {
  const nics = model.nics.map((nic) => ({ ...nic, address: allocate(nic), hostName: name }));
  const newAddressOf = new Map(model.nics.map((nic, index) => [nic.address, nics[index]?.address]));
  const routes = model.routes.map((route) => {
    const source = route.source && newAddressOf.get(route.source);
    return source === undefined ? route : { ...route, source };
  });
  return { ...model, name, hostname: name, nics, routes };
}

function takenAddresses(cluster: Cluster): Set<Ipv4> {
  const ofMachines = cluster.machines.flatMap((machine) => [
    ...machine.nics.map((nic) => nic.address),
    ...machine.routes.map((route) => route.via),
  ]);
  return new Set([cluster.vip.address, ...ofMachines]);
}

/** The first free host address above the NIC's own, then from the start of its network. */
function nextFreeAddress(nic: Nic, taken: ReadonlySet<Ipv4>): Ipv4 | undefined {
  const base = ipv4ToNumber(networkOf(nic.address, nic.prefixLength).base);
  const size = 2 ** (32 - nic.prefixLength);
  const own = ipv4ToNumber(nic.address) - base;
  for (let step = 1; step < size; step++) {
    const offset = (own + step) % size;
    const address = ipv4FromNumber(base + offset);
    const isHost = offset !== 0 && offset !== size - 1;
    if (isHost && !taken.has(address)) return address;
  }
  return undefined;
}
