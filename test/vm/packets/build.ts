// Packets from what they say, IPv4 and IPv6: TCP, UDP, SCTP, ICMP, fragments. Endpoints are written `c1:1025`,
// `vipv6:80`, with the names of hosts.ts or with addresses, `[2001:db8::1]:80`.

import { addressBytes, checksum, crc32c, pseudoHeader } from './bytes.ts';
import { addressOf } from './hosts.ts';

export const PROTOCOL = { icmp: 1, ipip: 4, tcp: 6, udp: 17, ipv6: 41, fragment: 44, gre: 47, icmpv6: 58, sctp: 132 };

/** What the IP header says besides the addresses. */
export interface IpOptions {
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  /** IPv4's Don't Fragment; set unless told otherwise. */
  readonly df?: boolean;
}

export interface TcpOptions extends IpOptions {
  readonly data?: string | Uint8Array;
  readonly seq?: number;
  readonly ack?: number;
}

export const TCP_FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32 };

const DEFAULT_ID = 0x1234;
/** The first of each half of a connection. */
export const CLIENT_SEQUENCE = 1000;
export const SERVER_SEQUENCE = 5000;

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

function parseEndpoint(text: string): Endpoint {
  const match = /^\[(.+)\]:(\d+)$/.exec(text) ?? /^([^:]+):(\d+)$/.exec(text);
  const [, host = text, port = '0'] = match ?? [];
  return { address: addressOf(host), port: Number(port) };
}

/** An IP packet of either family around any payload. */
export function buildIp(from: string, to: string, protocol: number, payload: Uint8Array, options: IpOptions = {}) {
  const [source, destination] = [addressBytes(addressOf(from)), addressBytes(addressOf(to))];
  const { ttl = 64, tos = 0, id = DEFAULT_ID, df = true } = options;
  if (source.length === 16) {
    const header = Buffer.alloc(8);
    header.writeUInt32BE((6 * 2 ** 28 + tos * 2 ** 20) >>> 0, 0);
    header.writeUInt16BE(payload.length, 4);
    header.writeUInt8(protocol, 6);
    header.writeUInt8(ttl, 7);
    return Buffer.concat([header, source, destination, payload]);
  }
  return buildIpv4({ source, destination, protocol, ttl, tos, id, offsetField: df ? 0x4000 : 0 }, payload);
}

interface Ipv4Fields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly ttl: number;
  readonly tos: number;
  readonly id: number;
  /** Flags and fragment offset as they are sent. */
  readonly offsetField: number;
}

function buildIpv4(fields: Ipv4Fields, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt8(fields.tos, 1);
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(fields.id, 4);
  header.writeUInt16BE(fields.offsetField, 6);
  header.writeUInt8(fields.ttl, 8);
  header.writeUInt8(fields.protocol, 9);
  header.set(fields.source, 12);
  header.set(fields.destination, 16);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, payload]);
}

function withChecksum(from: Endpoint, to: Endpoint, protocol: number, segment: Buffer, position: number): Buffer {
  const pseudo = pseudoHeader(addressBytes(from.address), addressBytes(to.address), protocol, segment.length);
  const sum = checksum(pseudo, segment);
  // Zero would say that a UDP datagram has none.
  segment.writeUInt16BE(protocol === PROTOCOL.udp && sum === 0 ? 0xffff : sum, position);
  return segment;
}

/** @param flags as tcpdump prints them: S, F, R, P, U and . for ACK */
export function tcp(fromText: string, toText: string, flags: string, options: TcpOptions = {}): Uint8Array {
  const [from, to] = [parseEndpoint(fromText), parseEndpoint(toText)];
  const header = Buffer.alloc(20);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt32BE(options.seq ?? CLIENT_SEQUENCE, 4);
  header.writeUInt32BE(options.ack ?? (flags.includes('.') ? SERVER_SEQUENCE + 1 : 0), 8);
  header.writeUInt8(0x50, 12);
  header.writeUInt8(
    [...flags].reduce((bits, flag) => bits + (TCP_FLAGS[flag] ?? Number.NaN), 0),
    13,
  );
  header.writeUInt16BE(0xfaf0, 14);
  const segment = withChecksum(from, to, PROTOCOL.tcp, Buffer.concat([header, bytesOf(options.data)]), 16);
  return buildIp(from.address, to.address, PROTOCOL.tcp, segment, options);
}

export interface UdpOptions extends IpOptions {
  /** RFC 768: IPv4 datagrams may go without. */
  readonly withoutChecksum?: boolean;
}

export function udp(fromText: string, toText: string, data: string | Uint8Array, options: UdpOptions = {}): Uint8Array {
  const [from, to] = [parseEndpoint(fromText), parseEndpoint(toText)];
  const payload = bytesOf(data);
  const header = Buffer.alloc(8);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  const datagram = Buffer.concat([header, payload]);
  if (!options.withoutChecksum) withChecksum(from, to, PROTOCOL.udp, datagram, 6);
  return buildIp(from.address, to.address, PROTOCOL.udp, datagram, options);
}

/** RFC 9260, section 3.2. */
export const SCTP_CHUNKS = {
  DATA: 0,
  INIT: 1,
  INIT_ACK: 2,
  SACK: 3,
  ABORT: 6,
  SHUTDOWN: 7,
  SHUTDOWN_ACK: 8,
  COOKIE_ECHO: 10,
  COOKIE_ACK: 11,
  SHUTDOWN_COMPLETE: 14,
} as const;

export type SctpChunk = keyof typeof SCTP_CHUNKS;

export function sctp(fromText: string, toText: string, chunk: SctpChunk, options: IpOptions = {}): Uint8Array {
  const [from, to] = [parseEndpoint(fromText), parseEndpoint(toText)];
  const packet = Buffer.alloc(32);
  packet.writeUInt16BE(from.port, 0);
  packet.writeUInt16BE(to.port, 2);
  packet.writeUInt32BE(chunk === 'INIT' ? 0 : 0x01020304, 4);
  packet.writeUInt8(SCTP_CHUNKS[chunk], 12);
  packet.writeUInt16BE(20, 14);
  packet.writeUInt32LE(crc32c(packet), 8);
  return buildIp(from.address, to.address, PROTOCOL.sctp, packet, options);
}

/** An ICMP or ICMPv6 message; `rest` is the second word of its header. */
export function icmp(from: string, to: string, type: number, code: number, rest: number, data: Uint8Array): Uint8Array {
  const message = Buffer.alloc(8 + data.length);
  message.writeUInt8(type, 0);
  message.writeUInt8(code, 1);
  message.writeUInt32BE(rest, 4);
  message.set(data, 8);
  const [source, destination] = [addressBytes(addressOf(from)), addressBytes(addressOf(to))];
  const isV6 = source.length === 16;
  const pseudo = isV6 ? pseudoHeader(source, destination, PROTOCOL.icmpv6, message.length) : new Uint8Array();
  message.writeUInt16BE(checksum(pseudo, message), 2);
  return buildIp(from, to, isV6 ? PROTOCOL.icmpv6 : PROTOCOL.icmp, message, { df: false });
}

export function ping(from: string, to: string): Uint8Array {
  return icmp(from, to, from.endsWith('v6') ? 128 : 8, 0, 0x00070001, Buffer.from('ping'));
}

/** Errors that both families have, with the types and codes of RFC 792 and RFC 4443. */
const ERRORS = {
  'port unreachable': { v4: [3, 3], v6: [1, 4] },
  'host unreachable': { v4: [3, 1], v6: [1, 3] },
  'too big': { v4: [3, 4], v6: [2, 0] },
  'time exceeded': { v4: [11, 0], v6: [3, 0] },
} as const;

export type IcmpErrorName = keyof typeof ERRORS;

/** Enough for two IPv6 headers and what follows. */
const QUOTED_BYTES = 128;
const NEXT_HOP_MTU = 1280;

/** An error about a packet, by whoever `from` is, to the packet's source. */
export function icmpError(from: string, about: Uint8Array, name: IcmpErrorName): Uint8Array {
  const isV6 = (about[0] ?? 0) >> 4 === 6;
  const [type, code] = ERRORS[name][isV6 ? 'v6' : 'v4'];
  const source = isV6 ? about.subarray(8, 24) : about.subarray(12, 16);
  const text = isV6 ? formatIpv6(source) : source.join('.');
  return icmp(from, text, type, code, name === 'too big' ? NEXT_HOP_MTU : 0, about.subarray(0, QUOTED_BYTES));
}

function formatIpv6(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').match(/.{4}/g)?.join(':') ?? '';
}

/** The packet cut into fragments whose payload is `size` bytes, a multiple of 8. In IPv6 as RFC 8200 section 4.5 says. */
export function fragments(packet: Uint8Array, size: number): Uint8Array[] {
  const isV6 = (packet[0] ?? 0) >> 4 === 6;
  const whole = Buffer.from(packet);
  const payload = whole.subarray(isV6 ? 40 : 20);
  const cuts = Array.from({ length: Math.ceil(payload.length / size) }, (_, index) => index * size);
  return cuts.map((start) => {
    const part = payload.subarray(start, start + size);
    const more = start + size < payload.length;
    if (!isV6) {
      const [source, destination] = [whole.subarray(12, 16), whole.subarray(16, 20)];
      const [protocol, ttl, tos, id] = [
        whole.readUInt8(9),
        whole.readUInt8(8),
        whole.readUInt8(1),
        whole.readUInt16BE(4),
      ];
      const offsetField = (more ? 0x2000 : 0) + start / 8;
      return buildIpv4({ source, destination, protocol, ttl, tos, id, offsetField }, part);
    }
    const extension = Buffer.alloc(8);
    extension.writeUInt8(whole.readUInt8(6), 0);
    extension.writeUInt16BE(start + (more ? 1 : 0), 2);
    extension.writeUInt32BE(DEFAULT_ID, 4);
    const header = Buffer.from(whole.subarray(0, 40));
    header.writeUInt16BE(8 + part.length, 4);
    header.writeUInt8(PROTOCOL.fragment, 6);
    return Buffer.concat([header, extension, part]);
  });
}

/** Data that tells every part of itself from every other. */
export function filler(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

function bytesOf(data: string | Uint8Array | undefined): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : (data ?? new Uint8Array());
}
