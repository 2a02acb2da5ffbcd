// Faults of routing: packets or replies that go past the director, or to a machine that does not pass them on.

import { formatIpArguments } from '../../director/mod.ts';
import { type Cluster, formatNetwork, type Machine, networkOf, type Route } from '../../model/mod.ts';
import { type Fault, type FaultCommand, type FaultPlace, onMachine } from './fault.ts';
import { clientAsksForVip, clientOf, firstNic, neighbourOf, realserversOf, repliesPassDirector } from './places.ts';

/** The routes of the machine's plan once more. */
export function plannedRoutes(place: FaultPlace): readonly FaultCommand[] {
  const { congestionControl } = place.plan.settings;
  return place.machine.routes.map((route) =>
    onMachine(place, `ip ${formatIpArguments({ kind: 'route', route, congestionControl })}`),
  );
}

/** Realservers that have another one beside them. */
function accompanied({ plan: { cluster }, machine }: FaultPlace): string {
  const neighbour = neighbourOf(machine, cluster);
  if (neighbour === undefined) throw new Error(`${machine.name} has no realserver beside it`);
  return neighbour;
}

/** The client's network as its requests to the VIP come from it. */
function requestingNetwork({ plan: { cluster } }: FaultPlace): string {
  const { address, prefixLength } = firstNic(clientOf(cluster));
  return formatNetwork(networkOf(address, prefixLength));
}

function atLeastTwo(machines: readonly Machine[]): readonly Machine[] {
  return machines.length > 1 ? machines : [];
}

export const defaultGateway: Fault = {
  name: 'default-gateway',
  breaks: "a realserver's replies go to a machine that does not pass them on",
  where: 'two realservers or more, the client in another network',
  machines: (cluster) => (clientSharesNetwork(cluster.machines) ? [] : atLeastTwo(realserversOf(cluster))),
  inject: (place) => [
    onMachine(place, `ip route replace default via ${accompanied(place)} dev ${firstNic(place.machine).device}`),
  ],
  undo: plannedRoutes,
};

export const asymmetricRoute: Fault = {
  name: 'asymmetric-route',
  breaks: "a realserver's replies to the client's network go past the director, whatever its default gateway is",
  where: 'VS-NAT and martian VS-DR, two realservers or more',
  machines: (cluster) => (repliesPassDirector(cluster) ? atLeastTwo(realserversOf(cluster)) : []),
  inject: (place) => [onMachine(place, `ip route add ${requestingNetwork(place)} via ${accompanied(place)}`)],
  undo: (place) => [onMachine(place, `ip route flush exact ${requestingNetwork(place)}`)],
};

export const directClient: Fault = {
  name: 'direct-client',
  breaks: 'the client sends what is for the VIP to a realserver: nothing is balanced, and nothing seems wrong',
  where: 'VS-DR and VS-TUN, the client in the network of the realservers',
  machines: (cluster) =>
    cluster.method !== 'nat' && nicAmongRealservers(cluster.machines) !== undefined ? [clientOf(cluster)] : [],
  inject: (place) => {
    const { vip, machines } = place.plan.cluster;
    const [realserver] = realserversOf(place.plan.cluster);
    if (realserver === undefined) return [];
    const { address } = firstNic(realserver);
    if (!clientAsksForVip(place.plan.cluster)) {
      return [onMachine(place, `ip route replace ${vip.address} via ${address}`)];
    }
    const mac = place.plan.links.find((link) => link.machine === realserver.name)?.mac;
    const device = nicAmongRealservers(machines)?.device;
    return [onMachine(place, `ip neigh replace ${vip.address} lladdr ${mac} nud permanent dev ${device}`)];
  },
  undo: (place) => {
    const { cluster } = place.plan;
    if (!clientAsksForVip(cluster)) return plannedRoutes(place);
    const device = nicAmongRealservers(cluster.machines)?.device;
    return [
      // `neigh del` of an entry that is not there fails, and flush leaves permanent ones.
      onMachine(place, `ip neigh replace ${cluster.vip.address} lladdr 00:00:00:00:00:00 nud failed dev ${device}`),
      onMachine(place, `ip neigh del ${cluster.vip.address} dev ${device}`),
    ];
  },
};

export const clientRoute: Fault = {
  name: 'client-route',
  breaks: 'the client has no route to the VIP by the director',
  where: 'the client reaches the VIP by a route of its own',
  machines: (cluster) => {
    const client = clientOf(cluster);
    return client.routes.some(({ destination }) => isOfVip(destination, cluster)) ? [client] : [];
  },
  inject: (place) => [onMachine(place, `ip route flush exact ${place.plan.cluster.vip.address}`)],
  undo: plannedRoutes,
};

function isOfVip(destination: Route['destination'], { vip }: Cluster): boolean {
  return destination !== 'default' && destination.base === vip.address && destination.prefixLength === 32;
}

function nicAmongRealservers(machines: readonly Machine[]) {
  const [realserver] = machines.filter(({ role }) => role === 'realserver');
  const networks = realserver?.nics.map(({ network }) => network) ?? [];
  const client = machines.find(({ role }) => role === 'client');
  return client?.nics.find(({ network }) => networks.includes(network));
}

/** Whether requests come from the realservers' own network, so that no route is needed for replies. */
function clientSharesNetwork(machines: readonly Machine[]): boolean {
  const client = machines.find(({ role }) => role === 'client');
  return client !== undefined && nicAmongRealservers(machines) === client.nics[0];
}
