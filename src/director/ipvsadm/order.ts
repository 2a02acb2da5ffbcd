// The order of listings, as in ipvsadm: protocol, address, port. Connections, whose order is arbitrary there, are
// sorted likewise, so that two listings can be compared.

import { ipv4ToNumber, type TransportProtocol } from '../../model/mod.ts';
import type { Connection, Endpoint, ServerStatus, ServiceStatus } from '../data-plane.ts';

/** By IP protocol number: 6, 17. */
const PROTOCOL_RANK: Readonly<Record<TransportProtocol, number>> = { tcp: 0, udp: 1 };

/** Services, and the servers of each. */
export function sortStatus(services: readonly ServiceStatus[]): ServiceStatus[] {
  return services
    .toSorted((one, other) => compareProtocols(one.entry, other.entry) || compareEndpoints(one.entry, other.entry))
    .map((service) => ({ ...service, servers: service.servers.toSorted(compareServers) }));
}

export function sortConnections(connections: readonly Connection[]): Connection[] {
  return connections.toSorted(
    (one, other) =>
      compareProtocols(one, other) ||
      compareEndpoints(one.client, other.client) ||
      compareEndpoints(one.virtual, other.virtual),
  );
}

function compareServers(one: ServerStatus, other: ServerStatus): number {
  return compareEndpoints(one.entry, other.entry);
}

function compareProtocols(one: { protocol: TransportProtocol }, other: { protocol: TransportProtocol }): number {
  return PROTOCOL_RANK[one.protocol] - PROTOCOL_RANK[other.protocol];
}

/**
 * Like libipvs this takes the difference of two addresses as a signed 32-bit number. So addresses more than half
 * of the address space apart compare the other way round: 192.168.1.110 is listed before 10.1.1.2.
 */
function compareEndpoints(one: Endpoint, other: Endpoint): number {
  return (ipv4ToNumber(one.address) - ipv4ToNumber(other.address)) | 0 || one.port - other.port;
}
