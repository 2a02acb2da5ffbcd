// The paper's network as resolved clusters: client and director with two NICs each, two realservers. Built by
// hand, so that the lab's and the plan's tests need no conf file.

import {
  type Cluster,
  type ForwardingMethod,
  type Ipv4,
  type Machine,
  type Network,
  type Nic,
  networkOf,
  parseIpv4,
  type Route,
  type VipHolding,
} from '../../src/model/mod.ts';

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

const VIP = ip('192.168.1.110');

const LAN1: Network = { name: 'lan1', subnet: networkOf(ip('192.168.1.0'), 24) };
const LAN2: Network = { name: 'lan2', subnet: networkOf(ip('192.168.2.0'), 24) };

export interface PaperVariant {
  readonly method?: ForwardingMethod;
  readonly forwardingEnabled?: boolean;
  readonly directorVip?: VipHolding;
  readonly realserverVip?: VipHolding;
  /** Martian VS-DR: the director is the realservers' gateway. */
  readonly martian?: boolean;
}

/** VS-DR with two NICs on client and director, unless told otherwise. */
export function paperCluster(variant: PaperVariant = {}): Cluster {
  const method = variant.method ?? 'dr';
  const directorVip: VipHolding = variant.directorVip ?? {
    kind: 'arping',
    device: 'eth1',
    label: 'eth1:110',
    prefixLength: 32,
  };
  const silent: VipHolding =
    method === 'tun'
      ? { kind: 'silent', device: 'tunl0', label: undefined }
      : { kind: 'silent', device: 'lo', label: 'lo:0' };
  const realserverVip = method === 'nat' ? undefined : (variant.realserverVip ?? silent);
  const gateway = method === 'nat' || variant.martian ? '192.168.1.9' : '192.168.1.254';
  return {
    source: { confFile: 'vs-dr.conf', hostsFile: 'hosts' },
    method,
    forwardingEnabled: variant.forwardingEnabled ?? true,
    vip: { name: 'lvs', address: VIP },
    networks: [LAN1, LAN2],
    machines: [
      {
        ...machine('director', 'happy', [nic('eth1', '192.168.2.1', LAN2), nic('eth0', '192.168.1.9', LAN1)]),
        routes: [defaultRoute('192.168.2.254', 'eth1')],
        vip: directorVip,
        forwardsPackets: true,
        acceptsLocalSource: variant.martian ?? false,
      },
      {
        ...machine('client', 'client', [nic('eth0', '192.168.2.254', LAN2), nic('eth1', '192.168.1.254', LAN1)]),
        routes: [{ destination: networkOf(VIP, 32), via: ip('192.168.2.1'), device: 'eth0' }],
        forwardsPackets: true,
      },
      realserver('realserver1', 'sneezy', '192.168.1.11', gateway, realserverVip),
      realserver('realserver2', 'bashfull', '192.168.1.12', gateway, realserverVip),
    ],
    services: [
      {
        protocol: 'tcp',
        address: VIP,
        port: 23,
        scheduler: 'rr',
        servers: ['192.168.1.11', '192.168.1.12'].map((address) => ({
          address: ip(address),
          port: 23,
          method,
          weight: 1,
        })),
      },
      {
        protocol: 'tcp',
        address: VIP,
        port: 5002,
        scheduler: 'rr',
        servers: [{ address: ip('192.168.1.11'), port: 5002, method, weight: 1 }],
      },
    ],
  };
}

/** The machine of this name; a test that asks for one that is missing is wrong. */
export function machineOf(cluster: Cluster, name: string): Machine {
  const found = cluster.machines.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}

function machine(name: 'client' | 'director', hostname: string, nics: readonly Nic[]): Machine {
  return {
    name,
    hostname,
    role: name,
    nics,
    routes: [],
    vip: undefined,
    forwardsPackets: false,
    acceptsLocalSource: false,
  };
}

function realserver(
  name: string,
  hostname: string,
  address: string,
  gateway: string,
  vip: VipHolding | undefined,
): Machine {
  return {
    name,
    hostname,
    role: 'realserver',
    nics: [{ ...nic('eth0', address, LAN1), hostName: name }],
    routes: [defaultRoute(gateway, 'eth0')],
    vip,
    forwardsPackets: false,
    acceptsLocalSource: false,
  };
}

function nic(device: string, address: string, network: Network): Nic {
  const { prefixLength } = network.subnet;
  return { device, address: ip(address), prefixLength, network: network.name, hostName: address };
}

function defaultRoute(via: string, device: string): Route {
  return { destination: 'default', via: ip(via), device };
}
