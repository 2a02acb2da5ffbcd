// What a host's stack makes of fragments: it puts them together, in front of a tunnel's end and behind it. For what is
// cut in other places by the two directors, and has to be the same datagram in the end.

import { checksum, PROTOCOL } from '../../bpf/packet-builder.ts';

interface Fragment {
  /** Of one datagram's fragments the same. */
  readonly datagram: string;
  readonly offset: number;
  readonly isLast: boolean;
  /** Of the whole datagram, but for lengths. */
  readonly header: Buffer;
  readonly payload: Buffer;
}

/** The datagrams that have come in fragments, out of their tunnels. What lacks a fragment is not there. */
export function putTogether(packets: readonly Uint8Array[]): Uint8Array[] {
  if (packets.length === 0) return [];
  const fragments = packets.map(readFragment).filter((fragment) => fragment !== undefined);
  const joined = [...Map.groupBy(fragments, ({ datagram }) => datagram).values()].flatMap(join);
  const behindTunnel = putTogether(packets.flatMap(unwrap));
  return [...joined.map((datagram) => unwrap(datagram)[0] ?? datagram), ...behindTunnel];
}

function readFragment(bytes: Uint8Array): Fragment | undefined {
  const packet = Buffer.from(bytes);
  return packet.readUInt8(0) >> 4 === 6 ? readIpv6(packet) : readIpv4(packet);
}

function readIpv4(packet: Buffer): Fragment | undefined {
  const field = packet.readUInt16BE(6);
  if ((field & 0x3fff) === 0) return undefined;
  const headerBytes = (packet.readUInt8(0) & 15) * 4;
  const header = Buffer.from(packet.subarray(0, headerBytes));
  header.writeUInt16BE(field & 0xc000, 6);
  return {
    datagram: `${packet.toString('hex', 4, 6)} ${packet.toString('hex', 9, 10)} ${packet.toString('hex', 12, 20)}`,
    offset: (field & 0x1fff) * 8,
    isLast: (field & 0x2000) === 0,
    header,
    payload: packet.subarray(headerBytes, packet.readUInt16BE(2)),
  };
}

function readIpv6(packet: Buffer): Fragment | undefined {
  if (packet.readUInt8(6) !== PROTOCOL.fragment) return undefined;
  const field = packet.readUInt16BE(42);
  const header = Buffer.from(packet.subarray(0, 40));
  header.writeUInt8(packet.readUInt8(40), 6);
  return {
    datagram: `${packet.toString('hex', 44, 48)} ${packet.toString('hex', 8, 40)}`,
    offset: field & 0xfff8,
    isLast: (field & 1) === 0,
    header,
    payload: packet.subarray(48, 40 + packet.readUInt16BE(4)),
  };
}

/** One datagram; none where a part of it is missing. */
function join(fragments: readonly Fragment[]): Buffer[] {
  const inOrder = fragments.toSorted((one, other) => one.offset - other.offset);
  let end = 0;
  for (const { offset, payload } of inOrder) {
    if (offset !== end) return [];
    end += payload.length;
  }
  const [first] = inOrder;
  if (first === undefined || !inOrder.at(-1)?.isLast) return [];
  const { header } = first;
  if (header.readUInt8(0) >> 4 === 6) {
    header.writeUInt16BE(end, 4);
  } else {
    header.writeUInt16BE(header.length + end, 2);
    header.writeUInt16BE(0, 10);
    header.writeUInt16BE(checksum(header), 10);
  }
  return [Buffer.concat([header, ...inOrder.map(({ payload }) => payload)])];
}

/** The packet in a whole one of IP in IP. */
function unwrap(bytes: Uint8Array): Buffer[] {
  const packet = Buffer.from(bytes);
  const isV6 = packet.readUInt8(0) >> 4 === 6;
  const protocol = packet.readUInt8(isV6 ? 6 : 9);
  const isTunnel = protocol === PROTOCOL.ipip || protocol === PROTOCOL.ipv6;
  if (!isTunnel || readFragment(packet) !== undefined) return [];
  return [packet.subarray(isV6 ? 40 : (packet.readUInt8(0) & 15) * 4)];
}
