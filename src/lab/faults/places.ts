// Which machines of a cluster a fault can be in, and what it needs to know of them. Pure.

import { type Cluster, type Ipv4, type Machine, type Nic, networkContains, networkOf } from '../../model/mod.ts';

export function realserversOf(cluster: Cluster): readonly Machine[] {
  return cluster.machines.filter(({ role }) => role === 'realserver');
}

export function directorOf(cluster: Cluster): Machine {
  return ofRole(cluster, 'director');
}

export function clientOf(cluster: Cluster): Machine {
  return ofRole(cluster, 'client');
}

function ofRole(cluster: Cluster, role: Machine['role']): Machine {
  const found = cluster.machines.find((machine) => machine.role === role);
  if (found === undefined) throw new Error(`a cluster without a ${role}`);
  return found;
}

/** Realservers with the VIP on a device that does not answer ARP. */
export function silentRealservers(cluster: Cluster): readonly Machine[] {
  return realserversOf(cluster).filter(({ vip }) => vip?.kind === 'silent');
}

/** Whether replies pass the director: VS-NAT and martian VS-DR. */
export function repliesPassDirector(cluster: Cluster): boolean {
  return cluster.method === 'nat' || directorOf(cluster).acceptsLocalSource;
}

/** Whether the client and the realservers are in one network, and the director between them has one NIC. */
export function hasOneNetwork(cluster: Cluster): boolean {
  return directorOf(cluster).nics.length === 1;
}

/** Whether the client asks by ARP who has the VIP, instead of sending to a router. */
export function clientAsksForVip({ vip, machines }: Cluster): boolean {
  const client = machines.find(({ role }) => role === 'client');
  if (client?.routes.some(({ destination }) => destination !== 'default' && destination.base === vip.address))
    return false;
  return client?.nics.some((nic) => networkContains(networkOf(nic.address, nic.prefixLength), vip.address)) ?? false;
}

export function firstNic({ nics, name }: Machine): Nic {
  const [nic] = nics;
  if (nic === undefined) throw new Error(`${name} has no NIC`);
  return nic;
}

/** The address of another realserver: a neighbour that is neither router nor director. */
export function neighbourOf(machine: Machine, cluster: Cluster): Ipv4 | undefined {
  const other = realserversOf(cluster).find(({ name }) => name !== machine.name);
  return other === undefined ? undefined : firstNic(other).address;
}
