// `address:port` as listings print it: numbers with -n, otherwise the names that the machine knows. All names are
// asked for before anything is formatted, so that formatting is pure.

import { type IpAddress, isIpv6, type TransportProtocol } from '../../model/mod.ts';
import { type Endpoint, isMarkKey, type ServiceKey } from '../data-plane.ts';
import type { NameService } from './names.ts';

/** `ip` where the protocol is not known, as under a firewall mark. */
export type LabelProtocol = TransportProtocol | 'ip';

export type Labeller = (endpoint: Endpoint, protocol: LabelProtocol) => string;

/** ipvsadm's buffer has 60 bytes, one of them for the terminating 0. */
const MAX_LABEL_LENGTH = 59;

export const numericLabel: Labeller = ({ address, port }) => joinLabel(address, address, port);

/** A labeller with names for `addresses`; what has no name is printed as a number. */
export async function createNameLabeller(addresses: readonly IpAddress[], names: NameService): Promise<Labeller> {
  const distinct = [...new Set(addresses)];
  const hostNames = new Map(
    await Promise.all(distinct.map(async (address) => [address, await names.hostName(address)] as const)),
  );
  return ({ address, port }, protocol) => {
    const portName = protocol === 'ip' ? undefined : names.portName(port, protocol);
    return joinLabel(address, hostNames.get(address) ?? address, portName ?? port);
  };
}

export function protocolOfService(service: ServiceKey): LabelProtocol {
  return isMarkKey(service) ? 'ip' : service.protocol;
}

function joinLabel(address: IpAddress, host: string, port: string | number): string {
  return `${isIpv6(address) ? `[${host}]` : host}:${port}`.slice(0, MAX_LABEL_LENGTH);
}
