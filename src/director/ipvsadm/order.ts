// The order of listings, as in ipvsadm: firewall mark, address family, protocol, address, port. Connections, whose
// order is arbitrary there, are sorted likewise, so that two listings can be compared.

import { type AddressFamily, type IpAddress, ipv4ToNumber, ipv6ToWords, isIpv6 } from '../../model/mod.ts';
import { type Connection, type Endpoint, isMarkKey, type ServiceKey, type ServiceStatus } from '../data-plane.ts';
import { familyOfService } from '../table.ts';
import type { LabelProtocol } from './labels.ts';

/** By IP protocol number: 0, 6, 17, 132. */
const PROTOCOL_RANK: Readonly<Record<LabelProtocol, number>> = { ip: 0, tcp: 1, udp: 2, sctp: 3 };
const FAMILY_RANK: Readonly<Record<AddressFamily, number>> = { inet: 0, inet6: 1 };

/** Services, and the servers of each. */
export function sortStatus(services: readonly ServiceStatus[]): ServiceStatus[] {
  return services
    .toSorted((one, other) => compareServices(one.entry, other.entry))
    .map((service) => ({
      ...service,
      servers: service.servers.toSorted((one, other) => compareEndpoints(one.entry, other.entry)),
    }));
}

export function sortConnections(connections: readonly Connection[]): Connection[] {
  return connections.toSorted(
    (one, other) =>
      PROTOCOL_RANK[one.protocol] - PROTOCOL_RANK[other.protocol] ||
      compareEndpoints(one.client, other.client) ||
      compareEndpoints(one.virtual, other.virtual),
  );
}

function compareServices(one: ServiceKey, other: ServiceKey): number {
  const byMark = (isMarkKey(one) ? one.mark : 0) - (isMarkKey(other) ? other.mark : 0);
  const byFamily = FAMILY_RANK[familyOfService(one)] - FAMILY_RANK[familyOfService(other)];
  if (byMark || byFamily || isMarkKey(one) || isMarkKey(other)) return byMark || byFamily;
  return PROTOCOL_RANK[one.protocol] - PROTOCOL_RANK[other.protocol] || compareEndpoints(one, other);
}

function compareEndpoints(one: Endpoint, other: Endpoint): number {
  return compareAddresses(one.address, other.address) || one.port - other.port;
}

/**
 * Like libipvs this takes the difference of 32 bits at a time as a signed number. So IPv4 addresses more than half
 * of the address space apart compare the other way round: 192.168.1.110 is listed before 10.1.1.2.
 */
function compareAddresses(one: IpAddress, other: IpAddress): number {
  if (one === other) return 0;
  if (!isIpv6(one) && !isIpv6(other)) return (ipv4ToNumber(one) - ipv4ToNumber(other)) | 0;
  const others = wordsOf(other);
  return wordsOf(one).reduce((found, word, index) => found || (word - (others[index] ?? 0)) | 0, 0);
}

/** Four times 32 bits; an IPv4 address is in the first, as in the kernel's union of both. */
function wordsOf(address: IpAddress): readonly number[] {
  if (!isIpv6(address)) return [ipv4ToNumber(address), 0, 0, 0];
  const words = ipv6ToWords(address);
  return [0, 2, 4, 6].map((index) => (words[index] ?? 0) * 0x10000 + (words[index + 1] ?? 0));
}
