// The virtual address on a device of this host.

import { formatIpArguments } from '../director/mod.ts';
import { networkContains, networkOf } from '../model/mod.ts';
import { runCommand } from '../system/mod.ts';
import { type HostAddress, readHostAddresses } from './host-addresses.ts';
import type { Setter } from './setter.ts';
import type { TaskOf } from './task.ts';

type AddressTask = TaskOf<'address'>;

/** The address was not on the device. */
export type AddressBefore = Readonly<Record<never, never>>;

export const addresses: Setter<AddressTask, AddressBefore> = {
  look: (task) => (findAddress(task, readHostAddresses()) === undefined ? {} : undefined),

  make(task) {
    runCommand(['ip', ...formatIpArguments(task).split(' ')]);
  },

  undo(task) {
    const present = readHostAddresses();
    const ours = findAddress(task, present);
    if (ours === undefined) return undefined;
    const name = `${task.address}/${task.prefixLength}`;
    const [dependant] = dependantsOf(ours, present);
    if (dependant !== undefined) return `${name} stays on ${task.device}: ${dependant.address} would go with it`;
    runCommand(['ip', 'addr', 'del', name, 'dev', task.device]);
    return undefined;
  },
};

function findAddress(task: AddressTask, present: readonly HostAddress[]): HostAddress | undefined {
  return present.find(
    ({ device, address, prefixLength }) =>
      device === task.device && address === task.address && prefixLength === task.prefixLength,
  );
}

/** Addresses that the kernel takes away with this one: the secondary ones of its network. Exported for tests. */
export function dependantsOf(ours: HostAddress, present: readonly HostAddress[]): readonly HostAddress[] {
  if (ours.isSecondary) return [];
  const network = networkOf(ours.address, ours.prefixLength);
  return present.filter(
    (other) =>
      other.isSecondary &&
      other.device === ours.device &&
      other.prefixLength === ours.prefixLength &&
      networkContains(network, other.address),
  );
}
