// The same cluster with one NIC where a machine had several: it keeps all its addresses, and its networks become one wire.
// Pure.

import type { Cluster, Machine, Nic, VipHolding } from '../model/mod.ts';

/**
 * Every machine of the cluster has its first NIC alone, with the addresses of all; all NICs are plugged into one switch.
 * The networks are told apart by their addresses as before.
 */
export function shareNics(cluster: Cluster): Cluster {
  const [wire] = cluster.networks;
  if (wire === undefined) return cluster;
  return {
    ...cluster,
    networks: [wire],
    machines: cluster.machines.map((machine) => withOneNic(machine, wire.name)),
  };
}

function withOneNic(machine: Machine, network: string): Machine {
  const [first, ...others] = machine.nics;
  if (first === undefined) return machine;
  const aliases = others.map(({ address, prefixLength }) => ({ address, prefixLength }));
  const nic: Nic = { ...first, network, ...(aliases.length === 0 ? {} : { aliases }) };
  const { device } = nic;
  return {
    ...machine,
    nics: [nic],
    routes: machine.routes.map((route) => ({ ...route, device })),
    vip: machine.vip === undefined ? undefined : onDevice(machine.vip, device),
  };
}

/** A VIP that answers ARP is on a NIC; a silent one is on none. */
function onDevice(vip: VipHolding, device: string): VipHolding {
  return vip.kind === 'arping' ? { ...vip, device, label: undefined } : vip;
}
