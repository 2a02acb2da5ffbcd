// Lab plan → the words that iproute2, tc, sysctl and ethtool are given, a batch for each namespace. Pure.

import { formatIpArguments, type HostStep } from '../director/mod.ts';
import { formatNetwork, type NicAlias, networkOf } from '../model/mod.ts';
import type { LabLink, LabMachine, LabPlan } from './plan.ts';
import type { LinkRate, LinkSettings } from './settings.ts';

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
    `link set ${link.port} alias ${link.machine}:${link.device} master ${link.bridge} up`,
  ]);
  return {
    namespace: plan.switchNamespace,
    sysctls: [...IPV6_OFF, ...BRIDGE_FILTERS_OFF],
    ip: [...bridges, ...cables],
    ...linkSettings(
      plan.links.map(({ port, rate }) => ({ device: port, rate })),
      plan.settings,
    ),
  };
}

/** What one machine sets in itself once its NICs are plugged in. */
export function machineBatch(plan: LabPlan, machine: LabMachine): NamespaceBatch {
  const links = plan.links.filter((link) => link.machine === machine.name);
  const { congestionControl } = plan.settings;
  const nics = links.flatMap((link) => nicLines(link, congestionControl));
  const steps = machine.hostPlan.steps;
  return {
    namespace: machine.namespace,
    sysctls: [
      ...baselineSysctls(links.map((link) => link.device)),
      ...steps.flatMap((step) => (step.kind === 'sysctl' ? [`${step.key} = ${step.value}`] : [])),
    ],
    ip: ['link set lo up', ...nics, ...steps.flatMap((step) => ipLine(step, congestionControl))],
    ...linkSettings(links, plan.settings),
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

/** The address, and the routes that the kernel makes for it once more with the congestion control. */
function nicLines(link: LabLink, congestionControl: string): string[] {
  return [
    `link set ${link.device} up`,
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

function linkSettings(
  links: readonly { readonly device: string; readonly rate?: LinkRate | undefined }[],
  settings: LinkSettings,
): Pick<NamespaceBatch, 'tc' | 'offloadsOff'> {
  return {
    tc: links.flatMap(({ device, rate = settings.rate }) =>
      rate === undefined ? [] : [tokenBucket(device, rate, settings.mtu)],
    ),
    offloadsOff: settings.offload ? [] : links.map(({ device }) => device),
  };
}

/** Preamble 8, frame check sequence 4, gap 12 bytes: what a frame takes on an Ethernet besides its own bytes. */
const ETHERNET_OVERHEAD_BYTES = 24;
const ETHERNET_HEADER_BYTES = 14;
/**
 * How late a timer may wake the bucket without losing rate. A wire has no burst: blocks smaller than it seem faster
 * than the wire, so it is short. Measured in a virtual machine at 100 Mbps and 1 Gbps: 0.25 ms reaches 65 to 85 % of
 * the rate, 1 ms 97 %, 4 ms 99 %.
 */
const BURST_SECONDS = 1e-3;
/** Queue in front of the wire, as a NIC's or a switch's. */
const QUEUE_LATENCY = '50ms';

/**
 * The wire's rate for what leaves by the device; each end of a cable has one, as Ethernet is full duplex. A bucket
 * under two frames would stop packets of the MTU.
 */
function tokenBucket(device: string, rate: LinkRate, mtu: number): string {
  const frameBytes = mtu + ETHERNET_HEADER_BYTES + ETHERNET_OVERHEAD_BYTES;
  const burstBytes = Math.max(2 * frameBytes, Math.ceil((rate.bitsPerSecond / 8) * BURST_SECONDS));
  return (
    `qdisc add dev ${device} root tbf rate ${rate.bitsPerSecond}bit burst ${burstBytes}b ` +
    `latency ${QUEUE_LATENCY} overhead ${ETHERNET_OVERHEAD_BYTES}`
  );
}
