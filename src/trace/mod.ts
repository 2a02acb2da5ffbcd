// The trace's public face: filters in, packets with their decisions out as text or JSON. All of it is pure; who asks
// the kernel is src/dataplane.

export { formatPacketJson } from './document.ts';
export { type FilterTerm, parseFilter } from './filter.ts';
export { formatPacket } from './format.ts';
export type {
  FoundBy,
  NextHop,
  PacketEndpoint,
  Place,
  Step,
  TracedConnection,
  TracedPacket,
  TracedServer,
  TracedService,
  Verdict,
} from './packet.ts';
