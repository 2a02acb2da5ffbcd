// Lab plan → the words that iproute2, tc, sysctl and ethtool are given, a batch for each namespace. Pure.

import { formatIpArguments, type HostStep } from '../director/mod.ts';
import { formatNetwork, type NicAlias, networkOf } from '../model/mod.ts';
import type { LabLink, LabMachine, LabPlan } from './plan.ts';
import type { LinkSettings } from './settings.ts';
import { bucketLines, portBridge, rateOf, wireLines, wiresOf } from './wires.ts';

/** What one namespace is given, in this order; an empty list needs no program. */
export interface NamespaceBatch {
  readonly namespace: string;
  /** `key = value` lines for `sysctl -p`; with a leading hyphen a missing key is no error. */
  readonly sysctls: readonly string[];
  /** Lines for `ip -batch`. */
  readonly ip: readonly string[];
  /** Lines for `tc -batch`. */
  readonly tc: readonly string[];
  /** Devices whose offloads are switched off. */
  readonly offloadsOff: readonly string[];
}

/**
 * Without these a veth is like a NIC that has no offloads: packets are of at most one MTU from sender to receiver
 * (tso, gso, gro), checksums are computed (tx) and verified (rx) by the hosts. With them veth passes packets of
 * 64 KiB whole and never computes a checksum.
 */
export const OFFLOADS = ['tso', 'gso', 'gro', 'tx', 'rx'] as const;

/**
 * A new namespace starts with the host's values of these (net.core.devconf_inherit_init_net), and a lab must be
 * the same on every host. The machines' own plans come after it.
 */
const IPV4_CONF_BASELINE = { rp_filter: 0, arp_ignore: 0, arp_announce: 0, arp_filter: 0, accept_local: 0 };

/** No address configuration, no router solicitations: the lab speaks IPv4 only, and idle links are silent. */
const IPV6_OFF = ['net.ipv6.conf.all.disable_ipv6 = 1', 'net.ipv6.conf.default.disable_ipv6 = 1'];

/** A switch forwards frames and lets no packet filter see them; without br_netfilter the keys are missing. */
const BRIDGE_FILTERS_OFF = ['iptables', 'ip6tables', 'arptables'].map(
  (table) => `net.bridge.bridge-nf-call-${table} = 0`,
);

/** Bridges, and every cable with both its ends; the machines' namespaces must exist. */
export function switchBatch(plan: LabPlan): NamespaceBatch {
  const { mtu } = plan.settings;
  // Like a plain switch: no spanning tree, ports that forward from the first frame, multicast to every port.
  const bridges = plan.cluster.networks.flatMap(({ name }) => [
    `link add ${name} mtu ${mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
    `link set ${name} up`,
  ]);
  const cables = plan.links.flatMap((link) => [
    `link add ${link.port} mtu ${mtu} type veth ` +
      `peer name ${link.device} netns ${link.namespace} mtu ${mtu} address ${link.mac}`,
    `link set ${link.port} alias ${link.machine}:${link.device} master ${portBridge(link, plan.settings)} up`,
  ]);
  const wires = wiresOf(plan);
  const ends = wires.flatMap((wire) => wire.ends);
  return {
    namespace: plan.switchNamespace,
    sysctls: [...IPV6_OFF, ...BRIDGE_FILTERS_OFF],
    ip: [...bridges, ...wires.flatMap((wire) => wireLines(wire, mtu)), ...cables],
    tc: wires.flatMap(bucketLines),
    offloadsOff: offloadsOff([...plan.links.map(({ port }) => port), ...ends], plan.settings),
  };
}

/** What one machine sets in itself once its NICs are plugged in. */
export function machineBatch(plan: LabPlan, machine: LabMachine): NamespaceBatch {
  const links = plan.links.filter((link) => link.machine === machine.name);
  const { congestionControl } = plan.settings;
  const nics = links.flatMap((link) => nicLines(link, plan.settings));
  const steps = machine.hostPlan.steps;
  return {
    namespace: machine.namespace,
    sysctls: [
      ...baselineSysctls(links.map((link) => link.device)),
      ...steps.flatMap((step) => (step.kind === 'sysctl' ? [`${step.key} = ${step.value}`] : [])),
    ],
    ip: ['link set lo up', ...nics, ...steps.flatMap((step) => ipLine(step, congestionControl))],
    tc: [],
    offloadsOff: offloadsOff(
      links.map(({ device }) => device),
      plan.settings,
    ),
  };
}

function baselineSysctls(devices: readonly string[]): string[] {
  const conf = ['all', 'default', ...devices].flatMap((device) =>
    Object.entries(IPV4_CONF_BASELINE).map(
      ([name, value]) => `net.ipv4.conf.${device.replaceAll('.', '/')}.${name} = ${value}`,
    ),
  );
  return [...IPV6_OFF, 'net.ipv4.ip_forward = 0', ...conf];
}

/**
 * The address, and the routes that the kernel makes for it once more with the congestion control. A link with a rate carries
 * frames: of anything longer all parts would be as late as the last one.
 */
function nicLines(link: LabLink, settings: LinkSettings): string[] {
  const { congestionControl } = settings;
  return [
    `link set ${link.device} ${rateOf(link, settings) === undefined ? '' : 'gso_max_segs 1 '}up`,
    ...[link, ...link.aliases].flatMap((each) => addressLines(link.device, each, congestionControl)),
  ];
}

function addressLines(device: string, { address, prefixLength }: NicAlias, congestionControl: string): string[] {
  const subnet = formatNetwork(networkOf(address, prefixLength));
  return [
    `addr add ${address}/${prefixLength} brd + dev ${device}`,
    `route replace ${subnet} dev ${device} proto kernel scope link src ${address} congctl ${congestionControl}`,
    `route replace local ${address} dev ${device} table local proto kernel scope host src ${address} ` +
      `congctl ${congestionControl}`,
  ];
}

/** Services and decapsulators are the director's data plane's; a new namespace has tunl0 once ipip is loaded. */
function ipLine(step: HostStep, congestionControl: string): string[] {
  switch (step.kind) {
    case 'device':
      return step.type === 'ipip' ? [] : [formatIpArguments(step)];
    case 'route':
      return [formatIpArguments({ ...step, congestionControl })];
    case 'link-up':
    case 'address':
    case 'local-route':
      return [formatIpArguments(step)];
    default:
      return [];
  }
}

function offloadsOff(devices: readonly string[], { offload }: LinkSettings): readonly string[] {
  return offload ? [] : devices;
}
