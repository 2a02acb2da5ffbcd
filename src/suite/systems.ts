// The systems of a comparison as clusters: one topology, and for each system the routes, the services and the VIP
// that make packets go its way. Pure: the differences between the systems are all here.

import {
  type Cluster,
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
import {
  type DirectorAcceptance,
  isBalanced,
  isMartian,
  type RealserverAcceptance,
  type SystemShape,
  shapeOf,
} from './system-shapes.ts';

/** One system, ready to be built. */
export interface SystemPlan {
  readonly system: SystemName;
  readonly shape: SystemShape;
  readonly cluster: Cluster;
  /** Where the client connects to: the VIP, or the first realserver itself. */
  readonly target: Ipv4;
  /** The same of each client, where there are several; without a balancer they are shared among the realservers. */
  readonly targets: readonly Ipv4[];
  /** The realservers that answer there, `Machine.name`. */
  readonly answeredBy: readonly string[];
}

/** A client's NIC towards the director, and the one among the realservers (the same on one network). */
interface ClientNics {
  readonly client: Machine;
  readonly outside: Nic;
  readonly inside: Nic;
}

/** The parts of the topology that all systems share. */
interface Topology {
  readonly clients: readonly [ClientNics, ...ClientNics[]];
  readonly director: Machine;
  readonly realservers: readonly [Machine, ...Machine[]];
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

/**
 * A NIC of the client among the realservers, where the conf (VS-NAT, martian VS-DR) keeps it down. Its address is added
 * to those that are taken.
 */
function insideNic(client: Machine, directorInside: Nic, taken: Set<Ipv4>): Nic {
  const subnet = networkOf(directorInside.address, directorInside.prefixLength);
  const existing = client.nics.find((nic) => networkContains(subnet, nic.address));
  if (existing !== undefined) return existing;
  const address = freeAddress(subnet, taken);
  taken.add(address);
  return {
    device: `eth${client.nics.length}`,
    address,
    prefixLength: directorInside.prefixLength,
    network: directorInside.network,
    hostName: `${client.name}-inside`,
  };
}

function topologyOf(cluster: Cluster): Topology {
  const machines = cluster.machines.filter((machine) => machine.role === 'client');
  const director = cluster.machines.find((machine) => machine.role === 'director');
  const realservers = cluster.machines.filter((machine) => machine.role === 'realserver');
  const [first, ...more] = realservers;
  if (director === undefined || first === undefined) {
    throw comparisonImpossible(
      `${cluster.source.confFile} has no director or no realserver`,
      'name realservers in its SERVICE lines',
    );
  }
  const serverNetwork = soleNic(first).network;
  const directorInside = director.nics.find((nic) => nic.network === serverNetwork) ?? soleNic(director);
  const directorOutside = director.nics.find((nic) => nic.network !== serverNetwork) ?? directorInside;
  const taken = new Set(cluster.machines.flatMap((machine) => machine.nics.map((nic) => nic.address)));
  taken.add(cluster.vip.address);
  const [client, ...otherClients] = machines.map((machine) => ({
    client: machine,
    outside: machine.nics.find((nic) => nic.network === directorOutside.network) ?? soleNic(machine),
    inside: insideNic(machine, directorInside, taken),
  }));
  if (client === undefined) {
    throw comparisonImpossible(`${cluster.source.confFile} has no client`, 'name one by CLIENTIP');
  }
  return {
    clients: [client, ...otherClients],
    director,
    realservers: [first, ...more],
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

function clientMachine(
  { directorOutside }: Topology,
  shape: SystemShape,
  { client, outside, inside }: ClientNics,
  target: Ipv4,
): Machine {
  const nics = inside.device === outside.device ? [outside] : [outside, inside];
  const toTarget = hostRoute(target, directorOutside.address, outside, outside.address);
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
  const vip: VipHolding =
    shape.directorAccepts === 'tp'
      ? { kind: 'transparent-proxy' }
      : { kind: 'arping', device: directorOutside.device, label: undefined, prefixLength: 32 };
  return {
    ...director,
    routes: [],
    vip: isBalanced(shape) ? vip : undefined,
    forwardsPackets: true,
    acceptsLocalSource: isMartian(shape),
  };
}

function realserverMachine(topology: Topology, shape: SystemShape, machine: Machine): Machine {
  const { clients, directorInside } = topology;
  const nic = soleNic(machine);
  const back = clients.flatMap(({ outside, inside }) => {
    if (shape.replies === 'through-director') return [hostRoute(outside.address, directorInside.address, nic)];
    const onOneNetwork = outside.address === inside.address;
    return onOneNetwork ? [] : [hostRoute(outside.address, inside.address, nic)];
  });
  return {
    ...machine,
    routes: back,
    vip: realserverVip(shape),
    forwardsPackets: false,
    acceptsLocalSource: false,
  };
}

/** TPROXY and REDIRECT are rules, which are put in when the lab stands: nothing of theirs makes the VIP the host's own. */
function realserverVip({ director, realserversAccept }: SystemShape): VipHolding | undefined {
  if (director === 'tun') return { kind: 'silent', device: 'tunl0', label: undefined };
  if (director !== 'dr') return undefined;
  if (realserversAccept === 'vip') return { kind: 'silent', device: 'lo', label: 'lo:0' };
  return realserversAccept === 'anyip' ? { kind: 'transparent-proxy' } : undefined;
}

/** A port that is measured beside netpipe's. */
export interface MeasuredPort {
  readonly protocol: ServedProtocol;
  readonly port: number;
}

export interface SystemOptions {
  /** Besides netpipe's port and that of the line service. */
  readonly measured?: readonly MeasuredPort[];
  /** On which realservers what is measured is: on the first, of the two that are compared; or on all there are. */
  readonly servers?: 'first' | 'all';
  /** Of VS-DR: how the VIP is accepted; by default it is on a device of each machine. */
  readonly directorAccepts?: DirectorAcceptance;
  readonly realserversAccept?: RealserverAcceptance;
}

/**
 * The cluster of one system, made from the machines and addresses of `base`, whatever method its conf is for. Throws
 * COMPARE_IMPOSSIBLE where machines for it are not to be had.
 */
export function planSystem(base: Cluster, system: SystemName, options: SystemOptions = {}): SystemPlan {
  const { measured = [], servers = 'first' } = options;
  const shape = shapeOf(system, options);
  if (shape.realserversAccept === 'tproxy' && measured.length > 0) {
    throw comparisonImpossible('no daemon listens transparently', 'measure netpipe alone where realservers use TPROXY');
  }
  const topology = topologyOf(base);
  const realservers = servers === 'all' ? topology.realservers : twoOf(topology, base);
  const [first] = realservers;
  const balanced = isBalanced(shape);
  const method = shape.director === 'dr' || shape.director === 'tun' ? shape.director : 'nat';
  const service = (port: number, machines: readonly Machine[], protocol: ServedProtocol = 'tcp'): VirtualService => ({
    protocol,
    address: base.vip.address,
    port,
    scheduler: 'rr',
    servers: machines.map((machine) => ({ address: soleNic(machine).address, port, method, weight: 1 })),
  });
  const measuring = servers === 'all' ? realservers : [first];
  const targetOf = (index: number) =>
    balanced ? base.vip.address : soleNic(measuring[index % measuring.length] ?? first).address;
  return {
    system,
    shape,
    target: targetOf(0),
    targets: topology.clients.map((_, index) => targetOf(index)),
    answeredBy: (balanced ? realservers : [first]).map(({ name }) => name),
    cluster: {
      source: base.source,
      method,
      forwardingEnabled: true,
      vip: base.vip,
      networks: topology.networks,
      machines: [
        directorMachine(topology, shape),
        ...topology.clients.map((nics, index) => clientMachine(topology, shape, nics, targetOf(index))),
        ...realservers.map((machine) => realserverMachine(topology, shape, machine)),
      ],
      services: balanced
        ? [
            service(LINE_PORT, realservers),
            service(NETPIPE_PORT, measuring),
            ...measured
              .filter(({ port }) => port !== NETPIPE_PORT)
              .map(({ protocol, port }) => service(port, measuring, protocol)),
          ]
        : [],
    },
  };
}

function twoOf({ realservers }: Topology, { source }: Cluster): readonly [Machine, Machine] {
  const [first, second] = realservers;
  if (second === undefined) {
    throw comparisonImpossible(
      `${source.confFile} has 1 realserver`,
      'name two realservers in a SERVICE line: alternation between them is the proof of path',
    );
  }
  return [first, second];
}
