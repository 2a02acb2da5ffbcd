// Raw → Settings: each line of the conf understood by itself, with its names looked up in the hosts file. Whether the
// lines fit each other is for checks.ts and layout.ts.

import {
  type ForwardingMethod,
  formatNetwork,
  type Ipv4Network,
  ipv4FromNumber,
  ipv4ToNumber,
  networkContains,
  networkOf,
} from '../model/mod.ts';
import type { ProblemList } from './errors.ts';
import { findHost, findHostWithRole, formatHost, type HostDirectory, type NamedHost } from './hosts.ts';
import { readKeys } from './keys.ts';
import type { RawConf, RawWord } from './raw.ts';
import type { ServicePorts } from './service-ports.ts';
import { readService, type ServiceSetting } from './service-setting.ts';
import { type Device, readAddress, readChoice, readDevice, readNetmask, readNic } from './values.ts';

export interface VipSetting extends NamedHost {
  readonly device: Device | 'transparent-proxy';
  readonly prefixLength: number;
}

export interface InsideSetting extends NamedHost {
  readonly device: Device;
  readonly network: Ipv4Network;
}

/** What the conf file says. Undefined stands for what is missing or wrong and has been reported. */
export interface Settings {
  readonly method: ForwardingMethod | undefined;
  readonly forwardingEnabled: boolean | undefined;
  readonly vip: VipSetting | undefined;
  readonly inside: InsideSetting | undefined;
  readonly directorGateway: NamedHost | undefined;
  readonly services: readonly ServiceSetting[];
  /** Where realservers hold the VIP; `nowhere` under VS-NAT. */
  readonly serverVip: Device | 'transparent-proxy' | 'nowhere' | undefined;
  readonly serverNic: Device | undefined;
  readonly serverGateway: NamedHost | undefined;
}

const METHODS = new Map<string, ForwardingMethod>([
  ['VS_NAT', 'nat'],
  ['VS_DR', 'dr'],
  ['VS_TUN', 'tun'],
]);
const STATES = new Map([
  ['on', true],
  ['off', false],
]);
/** In place of a device: accept packets for the VIP by transparent proxy. */
const TRANSPARENT_PROXY = 'TP';

export function readSettings(
  conf: RawConf,
  directory: HostDirectory,
  ports: ServicePorts,
  problems: ProblemList,
): Settings {
  const { single, services } = readKeys(conf, problems);
  const [type] = single.get('LVS_TYPE') ?? [];
  const [state] = single.get('INITIAL_STATE') ?? [];
  const [directorGateway] = single.get('DIRECTOR_DEFAULT_GW') ?? [];
  const [serverVipDevice] = single.get('SERVER_VIP_DEVICE') ?? [];
  const [serverNic] = single.get('SERVER_NET_DEVICE') ?? [];
  const [serverGateway] = single.get('SERVER_DEFAULT_GW') ?? [];

  const method = type && readChoice(type, 'a type of virtual server', METHODS, problems);
  // Read under VS-NAT too, so that a mistyped device is told whichever the type is.
  const serverVip = serverVipDevice && readServerVip(serverVipDevice, problems);
  return {
    method,
    forwardingEnabled: state && readChoice(state, 'a state', STATES, problems),
    vip: readVip(single.get('VIP') ?? [], directory, problems),
    inside: readInside(single.get('DIRECTOR_INSIDEIP') ?? [], directory, problems),
    directorGateway:
      directorGateway && findHostWithRole(directory, directorGateway, 'gateway', ['client', undefined], problems),
    services: services
      .map((words) => readService(words, directory, ports, problems))
      .filter((service) => service !== undefined),
    serverVip: method === 'nat' ? 'nowhere' : serverVip,
    serverNic: serverNic && readNic(serverNic, false, problems),
    serverGateway:
      serverGateway &&
      findHostWithRole(directory, serverGateway, 'gateway', ['client', 'director', undefined], problems),
  };
}

/** Words: device, name, netmask, broadcast. */
function readVip(
  [place, name, netmask, broadcast]: readonly RawWord[],
  directory: HostDirectory,
  problems: ProblemList,
): VipSetting | undefined {
  if (!place || !name || !netmask || !broadcast) return undefined;
  const device = place.text === TRANSPARENT_PROXY ? 'transparent-proxy' : readNic(place, true, problems);
  const host = findHost(directory, name, 'VIP', problems);
  const prefixLength = readNetmask(netmask, problems);
  if (host?.machine !== undefined) {
    const message = `VIP ${formatHost({ word: name, host })} is the address of ${host.machine}`;
    problems.add('CONF_VIP_TAKEN', name, message, 'give the VIP an address of its own');
    return undefined;
  }
  if (host === undefined || prefixLength === undefined) return undefined;
  checkBroadcast(broadcast, networkOf(host.address, prefixLength), directory, problems);
  return device && { word: name, host, device, prefixLength };
}

/** Words: device, name, network, netmask, broadcast. */
function readInside(
  [nic, name, base, netmask, broadcast]: readonly RawWord[],
  directory: HostDirectory,
  problems: ProblemList,
): InsideSetting | undefined {
  if (!nic || !name || !base || !netmask || !broadcast) return undefined;
  const device = readNic(nic, false, problems);
  const named = findHostWithRole(directory, name, 'inside address', ['director'], problems);
  const prefixLength = readNetmask(netmask, problems);
  const baseAddress = readAddress(base, 'network', problems);
  if (prefixLength === undefined || baseAddress === undefined) return undefined;
  const network = networkOf(baseAddress, prefixLength);
  if (network.base !== baseAddress) {
    const message = `network ${baseAddress} has host bits under netmask ${netmask.text}`;
    problems.add('CONF_NETWORK_MISMATCH', base, message, `write ${network.base}, or another netmask`);
  }
  checkBroadcast(broadcast, network, directory, problems);
  if (named === undefined) return undefined;
  if (!networkContains(network, named.host.address)) {
    const message = `${formatHost(named)} is not in the network ${formatNetwork(network)}`;
    problems.add('CONF_NETWORK_MISMATCH', name, message, 'correct the network, or the address in the hosts file');
    return undefined;
  }
  return device && { ...named, device, network };
}

function readServerVip(word: RawWord, problems: ProblemList): Device | 'transparent-proxy' | undefined {
  return word.text === TRANSPARENT_PROXY ? 'transparent-proxy' : readDevice(word, problems);
}

function checkBroadcast(word: RawWord, network: Ipv4Network, directory: HostDirectory, problems: ProblemList): void {
  const host = findHost(directory, word, 'broadcast', problems);
  const hostBits = 2 ** (32 - network.prefixLength) - 1;
  const broadcast = ipv4FromNumber(ipv4ToNumber(network.base) + hostBits);
  if (host === undefined || host.address === broadcast) return;
  const message = `${host.address} is not the broadcast address of ${formatNetwork(network)}`;
  problems.add('CONF_NETWORK_MISMATCH', word, message, `write ${broadcast}, or another netmask`);
}
