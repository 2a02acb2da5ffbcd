// `address:port` as listings print it: numbers with -n, otherwise the names that the machine knows. All names are
// asked for before anything is formatted, so that formatting is pure.

import type { Ipv4, TransportProtocol } from '../../model/mod.ts';
import type { Endpoint } from '../data-plane.ts';
import type { NameService } from './names.ts';

export type Labeller = (endpoint: Endpoint, protocol: TransportProtocol) => string;

/** ipvsadm's buffer has 60 bytes, one of them for the terminating 0. */
const MAX_LABEL_LENGTH = 59;

export const numericLabel: Labeller = ({ address, port }) => `${address}:${port}`;

/** A labeller with names for `addresses`; what has no name is printed as a number. */
export async function createNameLabeller(addresses: readonly Ipv4[], names: NameService): Promise<Labeller> {
  const distinct = [...new Set(addresses)];
  const hostNames = new Map(
    await Promise.all(distinct.map(async (address) => [address, await names.hostName(address)] as const)),
  );
  return ({ address, port }, protocol) =>
    `${hostNames.get(address) ?? address}:${names.portName(port, protocol) ?? port}`.slice(0, MAX_LABEL_LENGTH);
}
