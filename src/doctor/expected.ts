// What a machine of the cluster should do, for checks to compare with what it does: where its packets should go, what its
// plan says. Pure.

import { formatStep, type HostStep } from '../director/mod.ts';
import { type Cluster, type Ipv4, type Machine, networkContains, networkOf } from '../model/mod.ts';
import type { MachineFacts } from './facts.ts';
import type { Examination, Remedy } from './finding.ts';

export interface Hop {
  readonly device: string;
  /** Undefined: straight to the destination. */
  readonly gateway: string | undefined;
}

/** By the longest prefix of the machine's routes and NICs, as a kernel decides. Undefined: it should have no route. */
export function expectedHop(machine: Machine, address: Ipv4): Hop | undefined {
  const direct = machine.nics.map((nic) => ({
    network: networkOf(nic.address, nic.prefixLength),
    hop: { device: nic.device, gateway: undefined },
  }));
  const routed = machine.routes.map(({ destination, via, device }) => ({
    network: destination === 'default' ? networkOf(address, 0) : destination,
    hop: { device, gateway: via },
  }));
  const [best] = [...routed, ...direct]
    .filter(({ network }) => networkContains(network, address))
    .toSorted((one, other) => other.network.prefixLength - one.network.prefixLength);
  return best?.hop;
}

/** Where it does send packets for the address. */
export function actualHop({ decisions }: MachineFacts, address: Ipv4): Hop | undefined {
  const decision = decisions.get(address);
  return decision === undefined || decision.local ? undefined : { device: decision.device, gateway: decision.gateway };
}

export function isSameHop(one: Hop | undefined, other: Hop | undefined): boolean {
  return one?.device === other?.device && one?.gateway === other?.gateway;
}

/** `by eth0 via 192.168.1.12`, `by eth0`, `nowhere` */
export function formatHop(hop: Hop | undefined): string {
  if (hop === undefined) return 'nowhere';
  return hop.gateway === undefined ? `straight out of ${hop.device}` : `to ${hop.gateway} by ${hop.device}`;
}

/** The address that the client's requests to the VIP come from. */
export function requestAddress(cluster: Cluster): Ipv4 | undefined {
  const client = machineOfRole(cluster, 'client');
  const hop = client && expectedHop(client, cluster.vip.address);
  return client?.nics.find(({ device }) => device === hop?.device)?.address ?? client?.nics[0]?.address;
}

export function machineOfRole({ machines }: Cluster, role: Machine['role']): Machine | undefined {
  return machines.find((machine) => machine.role === role);
}

/** The machine that has the address on a NIC. */
export function ownerOf({ machines }: Cluster, address: string): Machine | undefined {
  return machines.find(({ nics }) => nics.some((nic) => nic.address === address));
}

/** The machine whose NIC has this MAC address. */
export function ownerOfMac({ cluster, facts }: Examination, mac: string): Machine | undefined {
  return cluster.machines.find(({ name }) => facts.get(name)?.links.some((link) => link.mac === mac));
}

/** Whether replies pass the director: VS-NAT and martian VS-DR. */
export function repliesPassDirector(cluster: Cluster): boolean {
  return cluster.method === 'nat' || machineOfRole(cluster, 'director')?.acceptsLocalSource === true;
}

/** Of `all` and the device the kernel takes the greater one (rp_filter, arp_ignore, arp_announce), or either (the others). */
export function effectiveSetting({ sysctls }: MachineFacts, device: string, name: string): number {
  return Math.max(...['all', device].map((place) => Number(sysctls.get(settingKey(place, name)) ?? 0)));
}

export function settingKey(device: string, name: string): string {
  return `net.ipv4.conf.${device.replaceAll('.', '/')}.${name}`;
}

/** `net.ipv4.conf.all.arp_ignore is 0, net.ipv4.conf.eth0.arp_ignore is 0` */
export function tellSettings({ sysctls }: MachineFacts, device: string, name: string): string {
  return ['all', device]
    .map((place) => `${settingKey(place, name)} is ${sysctls.get(settingKey(place, name)) ?? 'not there'}`)
    .join(', ');
}

/** Turns a setting off where it is on: `all` and the device. */
export function switchOff(
  { name: machine }: Machine,
  { sysctls }: MachineFacts,
  device: string,
  name: string,
): readonly Remedy[] {
  return ['all', device]
    .map((place) => settingKey(place, name))
    .filter((key) => Number(sysctls.get(key) ?? 0) > 0)
    .map((key) => ({ machine, command: `sysctl -w ${key}=0` }));
}

/** The commands of those steps of a machine's plan that are wanted. */
export function plannedCommands(
  { plans }: Examination,
  machine: Machine,
  wanted: (step: HostStep) => boolean,
): readonly Remedy[] {
  const steps = plans.get(machine.name)?.steps ?? [];
  return steps.filter(wanted).map((step) => ({ machine: machine.name, command: formatStep(step) }));
}
