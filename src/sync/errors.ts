// What keeps a synchronisation daemon from its work.

import { LvskitError } from '../model/mod.ts';

export function directorAbsent(): LvskitError {
  return new LvskitError('SYNC_NO_DIRECTOR', 'this network namespace has no director to synchronise', {
    remedy: 'set its services up first: lvskit ipvsadm -A …',
  });
}

/** IPv4 multicast is joined and sent by an address of the interface. */
export function interfaceWithoutAddress(device: string): LvskitError {
  return new LvskitError('SYNC_NO_ADDRESS', `interface '${device}' has no IPv4 address to send from`, {
    remedy: 'give it one, name another with --mcast-interface, or use an IPv6 group',
    fields: { device },
  });
}
