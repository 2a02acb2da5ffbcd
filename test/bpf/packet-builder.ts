// Packets from what they say: IPv4 and IPv6 with TCP, UDP, ICMP errors and IP-in-IP, and their Ethernet frames. Each
// packet is built whole, with its checksums computed over all of it, so that nothing is shared with the code under test.

/** What a packet says. Addresses and ports are written `10.9.1.1:40000` or `[2001:db8::1]:40000`. */
export interface PacketSpec extends HeaderFields {
  readonly from: string;
  readonly to: string;
  /** TCP flags as tcpdump prints them: S, F, R, P, U and . for ACK. A packet without them is UDP. */
  readonly flags?: string;
  /** Of TCP. */
  readonly seq?: number;
  readonly ack?: number;
  readonly payload?: Uint8Array;
  /** A UDP datagram without a checksum (RFC 768). */
  readonly withoutChecksum?: boolean;
}

/** What an IP header says besides addresses and protocol. */
export interface HeaderFields {
  /** The hop limit of IPv6. */
  readonly ttl?: number;
  /** The traffic class of IPv6. */
  readonly tos?: number;
  /** Of IPv4. */
  readonly id?: number;
  /** Of IPv4; true unless told otherwise. */
  readonly dontFragment?: boolean;
  /** Of IPv4. */
  readonly moreFragments?: boolean;
  /** Of IPv4, in units of 8 bytes. */
  readonly fragmentOffset?: number;
  /** IPv4 options, a multiple of 4 bytes. */
  readonly options?: Uint8Array;
  /** Of IPv6. */
  readonly flowLabel?: number;
  /** Of IPv6, between its header and the transport's. */
  readonly extensions?: readonly Extension[];
}

/** An IPv6 extension header. The first of its bytes says what follows it, and is filled in. */
export interface Extension {
  readonly type: number;
  /** A multiple of 8 bytes. */
  readonly bytes: Uint8Array;
}

export type IpHeader = HeaderFields & {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
};

export const PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  fragment: 44,
  gre: 47,
  icmpv6: 58,
  sctp: 132,
} as const;

/** As tcpdump prints them. */
export const TCP_FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32 };

const NOTHING = new Uint8Array(0);

/** RFC 1071: the complement of the ones' complement sum of the 16-bit words, an odd last byte padded with zero. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [position, byte] of bytes.entries()) sum += position % 2 === 0 ? byte * 256 : byte;
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}

export function addressBytes(address: string): Uint8Array {
  if (!isIpv6(address)) return Uint8Array.from(address.split('.'), Number);
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [head = '', tail = ''] = address.split('::');
  const words = new Array<string>(8).fill('0');
  words.splice(0, groups(head).length, ...groups(head));
  if (groups(tail).length > 0) words.splice(-groups(tail).length, groups(tail).length, ...groups(tail));
  return Buffer.from(words.map((word) => word.padStart(4, '0')).join(''), 'hex');
}

/** The two of `10.9.1.1:40000` or `[2001:db8::1]:40000`. */
export function endpoint(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** An IP packet around a payload of any protocol, of its addresses' family. */
export function buildIp(header: IpHeader, payload: Uint8Array): Uint8Array {
  return isIpv6(header.source) ? buildIpv6(header, payload) : buildIpv4(header, payload);
}

function buildIpv4(header: IpHeader, payload: Uint8Array): Uint8Array {
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

/** RFC 8200, section 3. */
function buildIpv6(header: IpHeader, payload: Uint8Array): Uint8Array {
  const extensions = header.extensions ?? [];
  const types = [...extensions.map(({ type }) => type), header.protocol];
  const chain = extensions.map(({ bytes }, position) => Buffer.from([types[position + 1] ?? 0, ...bytes.subarray(1)]));
  const body = Buffer.concat([...chain, payload]);
  const fixed = Buffer.alloc(40);
  fixed.writeUInt32BE(6 * 2 ** 28 + (header.tos ?? 0) * 2 ** 20 + (header.flowLabel ?? 0), 0);
  fixed.writeUInt16BE(body.length, 4);
  fixed.writeUInt8(types[0] ?? 0, 6);
  fixed.writeUInt8(header.ttl ?? 64, 7);
  fixed.set(addressBytes(header.source), 8);
  fixed.set(addressBytes(header.destination), 24);
  return Buffer.concat([fixed, body]);
}

/** What a transport's checksum is taken over besides the segment (RFC 768, RFC 8200 section 8.1). */
export function pseudoHeader(
  ends: { source: string; destination: string },
  protocol: number,
  length: number,
): Uint8Array {
  const rest = Buffer.alloc(isIpv6(ends.source) ? 8 : 4);
  rest.writeUInt16BE(length, 2);
  rest.writeUInt8(protocol, rest.length === 8 ? 7 : 1);
  return Buffer.concat([addressBytes(ends.source), addressBytes(ends.destination), rest]);
}

/** The TCP segment or UDP datagram of a packet (RFC 9293, RFC 768). */
export function buildTransport(spec: PacketSpec): Uint8Array {
  const [from, to] = [endpoint(spec.from), endpoint(spec.to)];
  const isTcp = spec.flags !== undefined;
  const payload = spec.payload ?? NOTHING;
  const headerBytes = isTcp ? 20 : 8;
  const segment = Buffer.alloc(headerBytes + payload.length);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  if (isTcp) {
    segment.writeUInt32BE(spec.seq ?? 0x01020304, 4);
    segment.writeUInt32BE(spec.ack ?? 0, 8);
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
  const ends = { source: from.address, destination: to.address };
  const pseudo = pseudoHeader(ends, isTcp ? PROTOCOL.tcp : PROTOCOL.udp, segment.length);
  const sum = checksum(Buffer.concat([pseudo, segment]));
  // Zero would say that a UDP datagram has none; ones' complement has a second zero.
  segment.writeUInt16BE(!isTcp && sum === 0 ? 0xffff : sum, isTcp ? 16 : 6);
  return segment;
}

/** The packet that `spec` describes. */
export function buildPacket(spec: PacketSpec): Uint8Array {
  const header = {
    ...spec,
    source: endpoint(spec.from).address,
    destination: endpoint(spec.to).address,
    protocol: spec.flags === undefined ? PROTOCOL.udp : PROTOCOL.tcp,
  };
  return buildIp(header, buildTransport(spec));
}

/** RFC 792, with the next hop's MTU of RFC 1191; or RFC 4443. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly mtu?: number;
  readonly quoted: Uint8Array;
}

/** @param ends of the packet that carries it, which ICMPv6 sums up too */
export function buildIcmpError(error: IcmpError, ends?: { source: string; destination: string }): Uint8Array {
  const message = Buffer.alloc(8 + error.quoted.length);
  message.writeUInt8(error.type, 0);
  message.writeUInt8(error.code, 1);
  message.writeUInt32BE(error.mtu ?? 0, 4);
  message.set(error.quoted, 8);
  const isOfIpv6 = ends !== undefined && isIpv6(ends.source);
  const pseudo = isOfIpv6 ? pseudoHeader(ends, PROTOCOL.icmpv6, message.length) : NOTHING;
  message.writeUInt16BE(checksum(Buffer.concat([pseudo, message])), 2);
  return message;
}

/** A whole packet with an ICMP error, of its addresses' family. */
export function buildIcmpPacket(header: Omit<IpHeader, 'protocol'>, error: IcmpError): Uint8Array {
  const protocol = isIpv6(header.source) ? PROTOCOL.icmpv6 : PROTOCOL.icmp;
  return buildIp({ ...header, protocol }, buildIcmpError(error, header));
}

export const ETHERNET_BYTES = 14;
export const ETHERTYPE = { ipv4: 0x0800, ipv6: 0x86dd } as const;

function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));
}

/** @param etherType of the payload; unless told otherwise, what the IP packet's version says */
export function buildFrame(
  macs: { source: string; destination: string },
  payload: Uint8Array,
  etherType: number = (payload[0] ?? 0) >> 4 === 6 ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4,
) {
  const type = Uint8Array.of(etherType >> 8, etherType & 0xff);
  return Uint8Array.from(Buffer.concat([macBytes(macs.destination), macBytes(macs.source), type, payload]));
}
