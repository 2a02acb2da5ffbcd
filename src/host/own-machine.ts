// Which machine of a cluster this host is: the one whose addresses it has. Pure.

import type { Cluster, Ipv4, Machine, Nic, VipHolding } from '../model/mod.ts';
import { addressMissingError, nicDownError, notInClusterError, severalMachinesError } from './errors.ts';
import type { HostAddress } from './host-addresses.ts';

/** The kernel's IFNAMSIZ without its final zero; labels of addresses have the same limit. */
const MAX_NAME_LENGTH = 15;

/**
 * The machine that this host is, with the names that its NICs have here: an address says which NIC is meant, and the
 * conf's name for it may be another (of the client it has none at all).
 * Throws HOST_NOT_IN_CLUSTER, HOST_IS_SEVERAL, HOST_ADDRESS_MISSING, HOST_NIC_DOWN.
 */
export function findOwnMachine(cluster: Cluster, addresses: readonly HostAddress[]): Machine {
  const own = addresses.filter(({ device }) => device !== 'lo');
  const isOurs = (address: Ipv4) => own.some((present) => present.address === address);
  const [machine, ...others] = cluster.machines.filter(({ nics }) => nics.some((nic) => isOurs(nic.address)));
  if (machine === undefined) {
    throw notInClusterError(
      cluster,
      own.map(({ address }) => address),
    );
  }
  if (others.length > 0) throw severalMachinesError(cluster, [machine, ...others]);
  return renameDevices(machine, new Map(machine.nics.map((nic) => [nic.device, deviceOf(machine, nic, own)])));
}

function deviceOf(machine: Machine, nic: Nic, addresses: readonly HostAddress[]): string {
  const present = addresses.find(({ address }) => address === nic.address);
  if (present === undefined) throw addressMissingError(machine, nic);
  if (!present.isUp) throw nicDownError(machine, present.device);
  return present.device;
}

function renameDevices(machine: Machine, names: ReadonlyMap<string, string>): Machine {
  const rename = (device: string) => names.get(device) ?? device;
  return {
    ...machine,
    nics: machine.nics.map((nic) => ({ ...nic, device: rename(nic.device) })),
    routes: machine.routes.map((route) => ({ ...route, device: rename(route.device) })),
    vip: machine.vip === undefined ? undefined : renameHolding(machine.vip, rename),
  };
}

function renameHolding(holding: VipHolding, rename: (device: string) => string): VipHolding {
  if (holding.kind === 'transparent-proxy') return holding;
  const device = rename(holding.device);
  if (device === holding.device) return holding;
  const label = holding.label?.replace(holding.device, device);
  return { ...holding, device, label: label !== undefined && label.length > MAX_NAME_LENGTH ? undefined : label };
}
