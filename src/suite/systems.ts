// The systems of a comparison as clusters: one topology, and for each system the routes, the services and the VIP
// that make packets go its way. Pure: the differences between the systems are all here.

import {
  type Cluster,
  type ForwardingMethod,
  type Ipv4,
  type Ipv4Network,
  ipv4FromNumber,
  ipv4ToNumber,
  type Machine,
  type Network,
  type Nic,
  networkContains,
  networkOf,
  type Route,
  type SystemName,
  type VipHolding,
  type VirtualService,
} from '../model/mod.ts';
import { comparisonImpossible } from './errors.ts';
import { LINE_PORT, NETPIPE_PORT, type ServedProtocol } from './service-ports.ts';

/** How packets of a system get from the client to the realserver and back. */
export interface SystemShape {
  /** Straight, past the director; by its plain routing; by a load balancer on it. */
  readonly director: 'none' | 'routing' | ForwardingMethod | 'nftables';
  /** Whether replies pass the director too. */
  readonly replies: 'through-director' | 'straight';
}

const SHAPES: Readonly<Record<SystemName, SystemShape>> = {
  direct: { director: 'none', replies: 'straight' },
  forward: { director: 'routing', replies: 'through-director' },
  'forward-oneway': { director: 'routing', replies: 'straight' },
  nat: { director: 'nat', replies: 'through-director' },
  dr: { director: 'dr', replies: 'straight' },
  tun: { director: 'tun', replies: 'straight' },
  nftables: { director: 'nftables', replies: 'through-director' },
};

/** One system, ready to be built. */
export interface SystemPlan {
  readonly system: SystemName;
  readonly shape: SystemShape;
  readonly cluster: Cluster;
  /** Where the client connects to: the VIP, or the first realserver itself. */
  readonly target: Ipv4;
  /** The realservers that answer there, `Machine.name`. */
  readonly answeredBy: readonly string[];
}

/** The parts of the topology that all systems share. */
interface Topology {
  readonly client: Machine;
  readonly director: Machine;
  readonly realservers: readonly [Machine, Machine, ...Machine[]];
  /** The client's NIC towards the director, and the one among the realservers (the same on one network). */
  readonly clientOutside: Nic;
  readonly clientInside: Nic;
  readonly directorOutside: Nic;
  readonly directorInside: Nic;
  readonly networks: readonly Network[];
}

function soleNic(machine: Machine): Nic {
  const [nic] = machine.nics;
  if (nic === undefined) throw comparisonImpossible(`${machine.name} has no NIC`, 'give it an address');
  return nic;
}

/** The highest free address of the realservers' network: what the paper's client has there. */
function freeAddress(network: Ipv4Network, taken: ReadonlySet<Ipv4>): Ipv4 {
  const base = ipv4ToNumber(network.base);
  for (let host = 2 ** (32 - network.prefixLength) - 2; host > 0; host--) {
    const address = ipv4FromNumber(base + host);
    if (!taken.has(address)) return address;
  }
  throw comparisonImpossible(`the network ${network.base} is full`, 'leave an address for the client');
}

/** A NIC of the client among the realservers, where the conf (VS-NAT, martian VS-DR) keeps it down. */
function insideNic(cluster: Cluster, client: Machine, directorInside: Nic): Nic {
  const subnet = networkOf(directorInside.address, directorInside.prefixLength);
  const existing = client.nics.find((nic) => networkContains(subnet, nic.address));
  if (existing !== undefined) return existing;
  const addresses = cluster.machines.flatMap((machine) => machine.nics.map((nic) => nic.address));
  return {
    device: `eth${client.nics.length}`,
    address: freeAddress(subnet, new Set([...addresses, cluster.vip.address])),
    prefixLength: directorInside.prefixLength,
    network: directorInside.network,
    hostName: `${client.name}-inside`,
  };
}

function topologyOf(cluster: Cluster): Topology {
  const client = cluster.machines.find((machine) => machine.role === 'client');
  const director = cluster.machines.find((machine) => machine.role === 'director');
  const realservers = cluster.machines.filter((machine) => machine.role === 'realserver');
  const [first, second, ...more] = realservers;
  if (client === undefined || director === undefined || first === undefined || second === undefined) {
    throw comparisonImpossible(
      `${cluster.source.confFile} has ${realservers.length} realserver(s)`,
      'name two realservers in a SERVICE line: alternation between them is the proof of path',
    );
  }
  const serverNetwork = soleNic(first).network;
  const directorInside = director.nics.find((nic) => nic.network === serverNetwork) ?? soleNic(director);
  const directorOutside = director.nics.find((nic) => nic.network !== serverNetwork) ?? directorInside;
  const clientOutside = client.nics.find((nic) => nic.network === directorOutside.network) ?? soleNic(client);
  return {
    client,
    director,
    realservers: [first, second, ...more],
    clientOutside,
    clientInside: insideNic(cluster, client, directorInside),
    directorOutside,
    directorInside,
    networks: cluster.networks,
  };
}

/** A host route: more specific than any subnet's, so it decides where the machines share a network, too. */
function hostRoute(to: Ipv4, via: Ipv4, nic: Nic, source?: Ipv4): Route {
  const destination = { base: to, prefixLength: 32 };
  return { destination, via, device: nic.device, ...(source === undefined ? {} : { source }) };
}

function clientMachine(topology: Topology, shape: SystemShape, target: Ipv4): Machine {
  const { client, clientOutside, clientInside, directorOutside } = topology;
  const nics = clientInside.device === clientOutside.device ? [clientOutside] : [clientOutside, clientInside];
  const toTarget = hostRoute(target, directorOutside.address, clientOutside, clientOutside.address);
  return {
    ...client,
    nics,
    routes: shape.director === 'none' ? [] : [toTarget],
    vip: undefined,
    forwardsPackets: false,
    acceptsLocalSource: false,
  };
}

function directorMachine(topology: Topology, shape: SystemShape): Machine {
  const { director, directorOutside } = topology;
  const vip: VipHolding = { kind: 'arping', device: directorOutside.device, label: undefined, prefixLength: 32 };
  const holdsVip = shape.director !== 'none' && shape.director !== 'routing';
  return {
    ...director,
    routes: [],
    vip: holdsVip ? vip : undefined,
    forwardsPackets: true,
    acceptsLocalSource: false,
  };
}

function realserverMachine(topology: Topology, shape: SystemShape, machine: Machine): Machine {
  const { clientOutside, clientInside, directorInside } = topology;
  const nic = soleNic(machine);
  const throughDirector = hostRoute(clientOutside.address, directorInside.address, nic);
  const straight = hostRoute(clientOutside.address, clientInside.address, nic);
  const onOneNetwork = clientOutside.address === clientInside.address;
  const back = shape.replies === 'through-director' ? [throughDirector] : onOneNetwork ? [] : [straight];
  const silent: VipHolding = { kind: 'silent', device: 'lo', label: 'lo:0' };
  const tunnel: VipHolding = { kind: 'silent', device: 'tunl0', label: undefined };
  return {
    ...machine,
    routes: back,
    vip: shape.director === 'dr' ? silent : shape.director === 'tun' ? tunnel : undefined,
    forwardsPackets: false,
    acceptsLocalSource: false,
  };
}

/** A port that is measured beside netpipe's. */
export interface MeasuredPort {
  readonly protocol: ServedProtocol;
  readonly port: number;
}

function services(
  topology: Topology,
  vip: Ipv4,
  method: ForwardingMethod,
  measured: readonly MeasuredPort[],
): VirtualService[] {
  const [first, second] = topology.realservers;
  const service = (port: number, machines: readonly Machine[], protocol: ServedProtocol = 'tcp'): VirtualService => ({
    protocol,
    address: vip,
    port,
    scheduler: 'rr',
    servers: machines.map((machine) => ({ address: soleNic(machine).address, port, method, weight: 1 })),
  });
  return [
    service(LINE_PORT, [first, second]),
    service(NETPIPE_PORT, [first]),
    ...measured.map(({ protocol, port }) => service(port, [first], protocol)),
  ];
}

/**
 * The cluster of one system, made from the machines and addresses of `base`, whatever method its conf is for. All that is
 * measured is on the first realserver. Throws COMPARE_IMPOSSIBLE where two realservers are not to be had.
 */
export function planSystem(base: Cluster, system: SystemName, measured: readonly MeasuredPort[] = []): SystemPlan {
  const shape = SHAPES[system];
  const topology = topologyOf(base);
  const [first, second] = topology.realservers;
  const balanced = shape.director !== 'none' && shape.director !== 'routing';
  const target = balanced ? base.vip.address : soleNic(first).address;
  const method = shape.director === 'dr' || shape.director === 'tun' ? shape.director : 'nat';
  return {
    system,
    shape,
    target,
    answeredBy: balanced ? [first.name, second.name] : [first.name],
    cluster: {
      source: base.source,
      method,
      forwardingEnabled: true,
      vip: base.vip,
      networks: topology.networks,
      machines: [
        directorMachine(topology, shape),
        clientMachine(topology, shape, target),
        ...[first, second].map((machine) => realserverMachine(topology, shape, machine)),
      ],
      services: balanced ? services(topology, base.vip.address, method, measured) : [],
    },
  };
}
