// Where director and client are plugged in: which of their addresses are on the path, on which device, in which
// network. NICs off the path are down on the paper's machines, and absent here.

import {
  formatNetwork,
  type Ipv4,
  type Ipv4Network,
  ipv4ToNumber,
  type Network,
  type Nic,
  networkContains,
  networkOf,
} from '../model/mod.ts';
import type { ProblemList } from './errors.ts';
import { formatHost, type Host, type HostDirectory } from './hosts.ts';
import type { Settings, VipSetting } from './settings.ts';

export interface Layout {
  /** One network when the director has one NIC; in order of address. */
  readonly networks: readonly Network[];
  /** The realservers' network. */
  readonly insideNetwork: Network;
  readonly directorInside: Nic;
  /** The same as `directorInside` when the director has one NIC. */
  readonly directorOutside: Nic;
  /** The client's NIC in the network of `directorOutside`. */
  readonly clientOutside: Nic;
  /** The client's NIC among the realservers, when it is their router and has two. */
  readonly clientInside: Nic | undefined;
}

/** A NIC whose network has no name yet. */
interface Attachment {
  readonly device: string;
  readonly host: Host;
  readonly subnet: Ipv4Network;
}

/** Prefix length of a network whose netmask is written nowhere. */
const DEFAULT_PREFIX_LENGTH = 24;

/** Undefined when settings that it needs are, or when they allow no layout, which is then reported. */
export function planLayout(settings: Settings, directory: HostDirectory, problems: ProblemList): Layout | undefined {
  const { inside: setting, directorGateway, serverGateway } = settings;
  if (setting === undefined || directorGateway === undefined) return undefined;
  const inside: Attachment = { device: setting.device.name, host: setting.host, subnet: setting.network };
  const outside = planOutside(settings, inside, directory, problems);
  if (outside === undefined) return undefined;

  const [insideNetwork, outsideNetwork] = nameNetworks(inside.subnet, outside.subnet);
  const directorInside = createNic(inside.device, inside.host, insideNetwork);
  const clientOutside = createNic('eth0', directorGateway.host, outsideNetwork);
  const clientRoutesReplies = serverGateway !== undefined && serverGateway.host.role !== 'director';
  const clientHasTwo = clientRoutesReplies && serverGateway.host.address !== clientOutside.address;
  if (clientHasTwo && insideNetwork === outsideNetwork) {
    const message = `client has two addresses in one network: '${directorGateway.word.text}' and '${serverGateway.word.text}'`;
    const remedy = `use '${directorGateway.word.text}' for both gateways`;
    problems.add('CONF_NETWORKS_OVERLAP', serverGateway.word, message, remedy);
    return undefined;
  }
  return {
    networks: [...new Set([insideNetwork, outsideNetwork])].toSorted((a, b) => byAddress(a.subnet, b.subnet)),
    insideNetwork,
    directorInside,
    directorOutside: outside === inside ? directorInside : createNic(outside.device, outside.host, outsideNetwork),
    clientOutside,
    clientInside: clientHasTwo ? createNic('eth1', serverGateway.host, insideNetwork) : undefined,
  };
}

export function createNic(device: string, host: Host, network: Network): Nic {
  const { prefixLength } = network.subnet;
  return { device, address: host.address, prefixLength, network: network.name, hostName: host.hostName };
}

/** The director's NIC towards the client, in the network of its default gateway; `inside` itself when it has only that. */
function planOutside(
  { vip, directorGateway: gateway }: Settings,
  inside: Attachment,
  directory: HostDirectory,
  problems: ProblemList,
): Attachment | undefined {
  if (vip === undefined || gateway === undefined) return undefined;
  const gatewayText = `gateway ${formatHost(gateway)}`;
  const unreachable = (message: string, remedy: string): undefined => {
    problems.add('CONF_GATEWAY_UNREACHABLE', gateway.word, message, remedy);
  };
  const vipNic = vip.device === 'transparent-proxy' ? undefined : vip.device.name;

  if (networkContains(inside.subnet, gateway.host.address)) {
    if (vipNic === undefined || vipNic === inside.device) return inside;
    return unreachable(
      `the VIP is on ${vipNic}, but ${gatewayText} is in the network of ${inside.device}`,
      `put the VIP on ${inside.device}, or name a gateway in another network`,
    );
  }
  if (vipNic === inside.device) {
    return unreachable(
      `${gatewayText} is not in ${formatNetwork(inside.subnet)}, the network of the director's only NIC`,
      'name a gateway in that network, or put the VIP on a second NIC',
    );
  }
  const subnet = outsideSubnet(vip, gateway.host.address);
  const subnetText = formatNetwork(subnet);
  if (networkContains(subnet, inside.subnet.base)) {
    const message = `the network of ${gatewayText}, ${subnetText}, overlaps ${formatNetwork(inside.subnet)}`;
    const remedy = 'choose addresses and netmasks that keep them apart';
    problems.add('CONF_NETWORKS_OVERLAP', gateway.word, message, remedy);
    return undefined;
  }
  const [host, other] = directory.hosts.filter(
    (each) => each.role === 'director' && networkContains(subnet, each.address),
  );
  if (host === undefined) {
    return unreachable(
      `the director has no address in ${subnetText}, the network of ${gatewayText}`,
      `add one to ${directory.file} with the name director-outside`,
    );
  }
  if (other !== undefined) {
    const message = `the director has two addresses in ${subnetText}: ${host.address} and ${other.address}`;
    problems.add('CONF_AMBIGUOUS_HOST', gateway.word, message, `leave one of them in ${directory.file}`);
    return undefined;
  }
  return { device: vipNic ?? otherNic(inside.device), host, subnet };
}

/** The VIP's netmask counts for the network when it is one of a network and not of the single address. */
function outsideSubnet(vip: VipSetting, gateway: Ipv4): Ipv4Network {
  const vipNetwork = networkOf(vip.host.address, vip.prefixLength);
  const isWritten = vip.prefixLength < 32 && networkContains(vipNetwork, gateway);
  return isWritten ? vipNetwork : networkOf(gateway, DEFAULT_PREFIX_LENGTH);
}

/** A director that holds its VIP on no device does not say what its second NIC is called. */
function otherNic(device: string): string {
  return device === 'eth1' ? 'eth0' : 'eth1';
}

function nameNetworks(inside: Ipv4Network, outside: Ipv4Network): readonly [inside: Network, outside: Network] {
  if (inside === outside) {
    const only = { name: 'lan1', subnet: inside };
    return [only, only];
  }
  const insideIsFirst = byAddress(inside, outside) < 0;
  return [
    { name: insideIsFirst ? 'lan1' : 'lan2', subnet: inside },
    { name: insideIsFirst ? 'lan2' : 'lan1', subnet: outside },
  ];
}

function byAddress(a: Ipv4Network, b: Ipv4Network): number {
  return ipv4ToNumber(a.base) - ipv4ToNumber(b.base);
}
