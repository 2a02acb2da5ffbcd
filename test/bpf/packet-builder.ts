// Packets from what they say: IPv4 with TCP, UDP, ICMP errors and IP-in-IP, and their Ethernet frames. Each packet is
// built whole, with its checksums computed over all of it, so that nothing is shared with the code under test.

/** What a packet says. Addresses and ports are written `10.9.1.1:40000`. */
export interface PacketSpec {
  readonly from: string;
  readonly to: string;
  /** TCP flags as tcpdump prints them: S, F, R, P, U and . for ACK. A packet without them is UDP. */
  readonly flags?: string;
  readonly payload?: Uint8Array;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset?: number;
  /** IP options, a multiple of 4 bytes. */
  readonly options?: Uint8Array;
  /** A UDP datagram without a checksum (RFC 768). */
  readonly withoutChecksum?: boolean;
}

type IpHeader = Pick<
  PacketSpec,
  'ttl' | 'tos' | 'id' | 'dontFragment' | 'moreFragments' | 'fragmentOffset' | 'options'
> & {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
};

export const PROTOCOL = { icmp: 1, ipip: 4, tcp: 6, udp: 17 } as const;

const TCP_FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32 };

const NOTHING = new Uint8Array(0);

/** RFC 1071: the complement of the ones' complement sum of the 16-bit words, an odd last byte padded with zero. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [position, byte] of bytes.entries()) sum += position % 2 === 0 ? byte * 256 : byte;
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

function addressBytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number);
}

function endpoint(text: string): { address: string; port: number } {
  const [address = '', port = ''] = text.split(':');
  return { address, port: Number(port) };
}

/** An IPv4 packet around a payload of any protocol. */
export function buildIp(header: IpHeader, payload: Uint8Array): Uint8Array {
  const options = header.options ?? NOTHING;
  const headerBytes = 20 + options.length;
  const packet = Buffer.alloc(headerBytes + payload.length);
  packet.writeUInt8(0x40 + headerBytes / 4, 0);
  packet.writeUInt8(header.tos ?? 0, 1);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(header.id ?? 0x1234, 4);
  const flags = ((header.dontFragment ?? true) ? 0x4000 : 0) + (header.moreFragments ? 0x2000 : 0);
  packet.writeUInt16BE(flags + (header.fragmentOffset ?? 0), 6);
  packet.writeUInt8(header.ttl ?? 64, 8);
  packet.writeUInt8(header.protocol, 9);
  packet.set(addressBytes(header.source), 12);
  packet.set(addressBytes(header.destination), 16);
  packet.set(options, 20);
  packet.writeUInt16BE(checksum(packet.subarray(0, headerBytes)), 10);
  packet.set(payload, headerBytes);
  return packet;
}

/** The TCP segment or UDP datagram of a packet, its checksum taken over the pseudo-header too (RFC 768, RFC 9293). */
function buildTransport(spec: PacketSpec): Uint8Array {
  const [from, to] = [endpoint(spec.from), endpoint(spec.to)];
  const isTcp = spec.flags !== undefined;
  const payload = spec.payload ?? NOTHING;
  const headerBytes = isTcp ? 20 : 8;
  const segment = Buffer.alloc(headerBytes + payload.length);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  if (isTcp) {
    segment.writeUInt32BE(0x01020304, 4); // sequence number
    segment.writeUInt8((headerBytes / 4) * 16, 12);
    segment.writeUInt8(
      [...(spec.flags ?? '')].reduce((bits, flag) => bits + (TCP_FLAGS[flag] ?? Number.NaN), 0),
      13,
    );
    segment.writeUInt16BE(0xfaf0, 14); // window
  } else {
    segment.writeUInt16BE(segment.length, 4);
  }
  segment.set(payload, headerBytes);
  if (spec.withoutChecksum) return segment;
  const pseudo = Buffer.alloc(12);
  pseudo.set(addressBytes(from.address), 0);
  pseudo.set(addressBytes(to.address), 4);
  pseudo.writeUInt8(isTcp ? PROTOCOL.tcp : PROTOCOL.udp, 9);
  pseudo.writeUInt16BE(segment.length, 10);
  const sum = checksum(Buffer.concat([pseudo, segment]));
  // Zero would say that a UDP datagram has none; ones' complement has a second zero.
  segment.writeUInt16BE(!isTcp && sum === 0 ? 0xffff : sum, isTcp ? 16 : 6);
  return segment;
}

/** The IPv4 packet that `spec` describes. */
export function buildPacket(spec: PacketSpec): Uint8Array {
  const header = {
    ...spec,
    source: endpoint(spec.from).address,
    destination: endpoint(spec.to).address,
    protocol: spec.flags === undefined ? PROTOCOL.udp : PROTOCOL.tcp,
  };
  return buildIp(header, buildTransport(spec));
}

/** RFC 792, with the next hop's MTU of RFC 1191. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly mtu?: number;
  readonly quoted: Uint8Array;
}

export function buildIcmpError(error: IcmpError): Uint8Array {
  const message = Buffer.alloc(8 + error.quoted.length);
  message.writeUInt8(error.type, 0);
  message.writeUInt8(error.code, 1);
  message.writeUInt16BE(error.mtu ?? 0, 6);
  message.set(error.quoted, 8);
  message.writeUInt16BE(checksum(message), 2);
  return message;
}

export const ETHERNET_BYTES = 14;

function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));
}

/** @param etherType of the payload; IPv4 unless told otherwise */
export function buildFrame(macs: { source: string; destination: string }, payload: Uint8Array, etherType = 0x0800) {
  const type = Uint8Array.of(etherType >> 8, etherType & 0xff);
  return Uint8Array.from(Buffer.concat([macBytes(macs.destination), macBytes(macs.source), type, payload]));
}
