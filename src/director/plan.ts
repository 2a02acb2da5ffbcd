// What must be set on one machine of a cluster, real or in the lab, as a list of steps. Pure: plan-format prints
// the steps as commands, the lab applies them. NIC addresses are not planned: a real machine has them already.

import type { Cluster, Ipv4, Machine, Route, Server, VipHolding, VirtualService } from '../model/mod.ts';
import { persistenceOf } from './ftp-persistence.ts';
import { formatEndpoint, formatServiceOptions, METHOD_OPTIONS } from './ipvsadm/service-options.ts';

/** One setting of one machine. Steps are in the order in which they must be made. */
export type HostStep =
  | { readonly kind: 'sysctl'; readonly key: string; readonly value: string }
  /** A device that the kernel makes: dummy, or tunl0 by loading ipip. */
  | { readonly kind: 'device'; readonly device: string; readonly type: 'dummy' | 'ipip' }
  | { readonly kind: 'link-up'; readonly device: string }
  | {
      readonly kind: 'address';
      readonly address: Ipv4;
      readonly prefixLength: number;
      readonly device: string;
      readonly label?: string;
    }
  /** `congestionControl` is for the lab, whose kernels may not allow it to be chosen by sysctl. */
  | { readonly kind: 'route'; readonly route: Route; readonly congestionControl?: string }
  /** The address is accepted though it is on no device (AnyIP). */
  | { readonly kind: 'local-route'; readonly address: Ipv4 }
  /** lvskit's BPF program unpacks the IPIP packets for a virtual address that come in on the device. */
  | { readonly kind: 'decapsulate'; readonly device: string; readonly address: Ipv4 }
  /** One line of the ipvsadm grammar, for the director's data plane. */
  | { readonly kind: 'service'; readonly arguments: readonly string[] };

export interface HostPlan {
  /** `Machine.name` */
  readonly machine: string;
  readonly steps: readonly HostStep[];
}

/** What the machines' kernels offer; the distributions' kernels have both, small ones neither. */
export interface HostPlanOptions {
  /** Who unpacks VS-TUN's packets on a realserver: the kernel's ipip module (tunl0) or lvskit's BPF program. */
  readonly decapsulator: 'kernel' | 'lvskit';
  /** Whether dummy devices can be made; without them a VIP on dummy0 goes to lo. */
  readonly dummyDevices: boolean;
}

export const DISTRIBUTION_KERNEL: HostPlanOptions = { decapsulator: 'kernel', dummyDevices: true };

export function planHost(machine: Machine, cluster: Cluster, options: HostPlanOptions): HostPlan {
  const holding = machine.vip === undefined ? undefined : placeVip(machine.vip, options);
  const steps = [
    ...(machine.role === 'realserver' && cluster.method === 'tun' ? planDecapsulation(machine, cluster, options) : []),
    ...planVipDevice(holding),
    ...planSysctls(machine, cluster, holding),
    ...planVip(cluster.vip.address, holding),
    ...machine.routes.map((route): HostStep => ({ kind: 'route', route })),
    ...(machine.role === 'director' ? cluster.services.flatMap((service) => planService(service, cluster)) : []),
  ];
  return { machine: machine.name, steps };
}

/** A silent VIP on a device that this kernel can't make goes to lo, labelled with the name it should have had. */
function placeVip(holding: VipHolding, options: HostPlanOptions): VipHolding {
  if (holding.kind !== 'silent') return holding;
  const missing =
    (isTunnel(holding.device) && options.decapsulator === 'lvskit') ||
    (isDummy(holding.device) && !options.dummyDevices);
  return missing ? { kind: 'silent', device: 'lo', label: `lo:${holding.device}` } : holding;
}

function planDecapsulation(machine: Machine, cluster: Cluster, options: HostPlanOptions): HostStep[] {
  const { address } = cluster.vip;
  if (options.decapsulator === 'lvskit') {
    return machine.nics.map(({ device }) => ({ kind: 'decapsulate', device, address }));
  }
  return [
    { kind: 'device', device: 'tunl0', type: 'ipip' },
    { kind: 'link-up', device: 'tunl0' },
    // Inner packets come from the client by a device that has no route back to it.
    { kind: 'sysctl', key: 'net.ipv4.conf.tunl0.rp_filter', value: '0' },
  ];
}

function planVipDevice(holding: VipHolding | undefined): HostStep[] {
  if (holding?.kind !== 'silent' || !isDummy(holding.device)) return [];
  return [
    { kind: 'device', device: holding.device, type: 'dummy' },
    { kind: 'link-up', device: holding.device },
  ];
}

function planSysctls(machine: Machine, cluster: Cluster, holding: VipHolding | undefined): HostStep[] {
  const devices = machine.nics.map((nic) => nic.device);
  return [
    // First, because the kernel resets other settings when this one changes.
    ...planForwarding(machine, cluster),
    // Packets of one connection take different ways in and out (VS-DR, VS-TUN, forwarding one way). The kernel
    // takes the greater of `all` and the device's; `default` is for devices made later.
    ...ipv4Conf('rp_filter', '0', ['all', 'default', ...devices]),
    // On one network the kernel would tell the client of a shorter way and take the director out of the path. It
    // sends redirects if `all` or the device says so.
    ...(machine.role === 'director' ? ipv4Conf('send_redirects', '0', ['all', ...devices]) : []),
    // Martian VS-DR: replies come in from outside with the VIP, which is the director's own, as their source.
    ...(machine.acceptsLocalSource ? ipv4Conf('accept_local', '1', ['all']) : []),
    ...(isSilent(holding) ? [...ipv4Conf('arp_ignore', '1', ['all']), ...ipv4Conf('arp_announce', '2', ['all'])] : []),
  ];
}

/** A machine that need not forward is left as it is, unless it is the director of a cluster that is to stay off. */
function planForwarding(machine: Machine, cluster: Cluster): HostStep[] {
  if (machine.role === 'director' && !cluster.forwardingEnabled) return [sysctl('net.ipv4.ip_forward', '0')];
  return machine.forwardsPackets ? [sysctl('net.ipv4.ip_forward', '1')] : [];
}

/** Answers ARP only for what is on the asked NIC, and never asks in the VIP's name. */
function isSilent(holding: VipHolding | undefined): boolean {
  return holding?.kind === 'silent' || holding?.kind === 'transparent-proxy';
}

function planVip(address: Ipv4, holding: VipHolding | undefined): HostStep[] {
  switch (holding?.kind) {
    case undefined:
      return [];
    case 'transparent-proxy':
      // Linux 2.2 accepted such packets by an ipchains redirect. Its successors TPROXY and REDIRECT need a
      // netfilter rule for each port and connection tracking; a local route (AnyIP, since 2.6.37) accepts every
      // port, as the redirect did, with a route look-up that happens anyway.
      return [{ kind: 'local-route', address }];
    case 'arping':
    case 'silent': {
      const { device, label } = holding;
      const prefixLength = holding.kind === 'arping' ? holding.prefixLength : 32;
      return [{ kind: 'address', address, prefixLength, device, ...(label === undefined ? {} : { label }) }];
    }
  }
}

/** In the order of the conf file. IPVS puts each added server at the head, so listings show the last one first. */
function planService(service: VirtualService, cluster: Cluster): HostStep[] {
  const virtual = formatServiceOptions(service, formatEndpoint);
  const persistence = persistenceOf(service);
  const persistent = persistence === undefined ? [] : ['-p', String(persistence.timeoutS)];
  return [
    { kind: 'service', arguments: ['-A', ...virtual, '-s', service.scheduler, ...persistent] },
    ...service.servers.map(
      (server): HostStep => ({
        kind: 'service',
        arguments: ['-a', ...virtual, '-r', formatEndpoint(server), ...planServer(server, cluster)],
      }),
    ),
  ];
}

/** Weight 0 keeps a server in the table and gives it no connection: set up, but forwarding nothing. */
function planServer(server: Server, cluster: Cluster): string[] {
  return [METHOD_OPTIONS[server.method], '-w', String(cluster.forwardingEnabled ? server.weight : 0)];
}

/** A dot in a device's name (a VLAN: eth0.5) is written as a slash among sysctl's dots. */
function ipv4Conf(name: string, value: string, interfaces: readonly string[]): HostStep[] {
  return interfaces.map((device) => sysctl(`net.ipv4.conf.${device.replaceAll('.', '/')}.${name}`, value));
}

function sysctl(key: string, value: string): HostStep {
  return { kind: 'sysctl', key, value };
}

function isTunnel(device: string): boolean {
  return device.startsWith('tunl');
}

function isDummy(device: string): boolean {
  return device.startsWith('dummy');
}
