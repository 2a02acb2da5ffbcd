// A packet in fragments, as its sender or a router cuts it (RFC 791 section 3.2, RFC 8200 section 4.5).

import { checksum, type Extension, PROTOCOL } from './packet-builder.ts';

const FRAGMENT_HEADER_BYTES = 8;

/** Where to cut: bytes of each fragment but the last, which takes the rest. Multiples of 8. */
function cut(payload: Uint8Array, bytes: number): { start: number; part: Uint8Array; isLast: boolean }[] {
  const count = Math.max(1, Math.ceil(payload.length / bytes));
  return Array.from({ length: count }, (_, index) => ({
    start: index * bytes,
    part: payload.subarray(index * bytes, (index + 1) * bytes),
    isLast: index === count - 1,
  }));
}

/**
 * The fragments of a packet, in order. An IPv4 packet that is itself a fragment is cut further.
 *
 * @param bytes of payload in each but the last, a multiple of 8
 * @param id of an IPv6 packet; IPv4 ones have theirs
 */
export function fragment(packet: Uint8Array, bytes: number, id = 0x0a0b0c0d): Uint8Array[] {
  return (packet[0] ?? 0) >> 4 === 6 ? fragmentIpv6(packet, bytes, id) : fragmentIpv4(packet, bytes);
}

function fragmentIpv4(packet: Uint8Array, bytes: number): Uint8Array[] {
  const headerBytes = ((packet[0] ?? 0) & 15) * 4;
  const fields = Buffer.from(packet).readUInt16BE(6);
  const [moreBefore, offsetBefore] = [fields & 0x2000, fields & 0x1fff];
  return cut(packet.subarray(headerBytes), bytes).map(({ start, part, isLast }) => {
    const header = Buffer.from(packet.subarray(0, headerBytes));
    header.writeUInt16BE(headerBytes + part.length, 2);
    header.writeUInt16BE((isLast ? moreBefore : 0x2000) + offsetBefore + start / 8, 6);
    header.writeUInt16BE(0, 10);
    header.writeUInt16BE(checksum(header), 10);
    return Buffer.concat([header, part]);
  });
}

/** Extension headers of the packet go with the fragments' payload, but for a hop-by-hop header. */
function fragmentIpv6(packet: Uint8Array, bytes: number, id: number): Uint8Array[] {
  const hasHopByHop = packet[6] === PROTOCOL.hopByHop;
  const perFragment = hasHopByHop ? 40 + ((packet[41] ?? 0) + 1) * 8 : 40;
  const nextAt = hasHopByHop ? 40 : 6;
  return cut(packet.subarray(perFragment), bytes).map(({ start, part, isLast }) => {
    const head = Buffer.from(packet.subarray(0, perFragment));
    const header = Buffer.alloc(FRAGMENT_HEADER_BYTES);
    header.writeUInt8(head[nextAt] ?? 0, 0);
    header.writeUInt16BE(start + (isLast ? 0 : 1), 2);
    header.writeUInt32BE(id, 4);
    head.writeUInt8(PROTOCOL.fragment, nextAt);
    head.writeUInt16BE(perFragment - 40 + FRAGMENT_HEADER_BYTES + part.length, 4);
    return Buffer.concat([head, header, part]);
  });
}

/** A hop-by-hop or destination options header of nothing but padding (RFC 8200, section 4.2). */
export function paddingExtension(type: number, bytes = 8): Extension {
  const header = Buffer.alloc(bytes);
  header.writeUInt8(bytes / 8 - 1, 1);
  header.writeUInt8(1, 2); // PadN
  header.writeUInt8(bytes - 4, 3);
  return { type, bytes: header };
}
