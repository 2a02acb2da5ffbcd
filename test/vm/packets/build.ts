// Packets of scenarios, IPv4 and IPv6: TCP, UDP, SCTP, ICMP, fragments. Endpoints are written `c1:1025`, `vipv6:80`,
// with the names of hosts.ts or with addresses, `[2001:db8::1]:80`. They are put together as those of test/bpf are.

import { buildIcmpPacket, buildPacket, endpoint, type HeaderFields } from '../../bpf/packet-builder.ts';
import { fragment } from '../../bpf/packet-fragments.ts';
import { buildSctp, type ChunkName } from '../../bpf/sctp-packets.ts';
import { formatAddress } from './address.ts';
import { addressOf } from './hosts.ts';

export interface TcpOptions extends HeaderFields {
  readonly data?: string | Uint8Array;
  readonly seq?: number;
  readonly ack?: number;
}

/** The first of each half of a connection. */
export const CLIENT_SEQUENCE = 1000;
export const SERVER_SEQUENCE = 5000;

/** An endpoint with its address written out. */
function resolve(text: string): string {
  const { address, port } = endpoint(text);
  const resolved = addressOf(address);
  return resolved.includes(':') ? `[${resolved}]:${port}` : `${resolved}:${port}`;
}

/** @param flags as tcpdump prints them: S, F, R, P, U and . for ACK */
export function tcp(from: string, to: string, flags: string, options: TcpOptions = {}): Uint8Array {
  const { data, seq = CLIENT_SEQUENCE, ack = flags.includes('.') ? SERVER_SEQUENCE + 1 : 0, ...header } = options;
  return buildPacket({ ...header, from: resolve(from), to: resolve(to), flags, seq, ack, payload: bytesOf(data) });
}

export interface UdpOptions extends HeaderFields {
  /** RFC 768: IPv4 datagrams may go without. */
  readonly withoutChecksum?: boolean;
}

export function udp(from: string, to: string, data: string | Uint8Array, options: UdpOptions = {}): Uint8Array {
  return buildPacket({ ...options, from: resolve(from), to: resolve(to), payload: bytesOf(data) });
}

/** As long as an INIT's. */
const CHUNK_BYTES = 16;

export function sctp(from: string, to: string, chunk: ChunkName): Uint8Array {
  return buildSctp({ from: resolve(from), to: resolve(to), chunks: [chunk], chunkBytes: CHUNK_BYTES });
}

/** An ICMP or ICMPv6 message; `rest` is the second word of its header. */
function icmp(from: string, to: string, type: number, code: number, rest: number, data: Uint8Array): Uint8Array {
  const ends = { source: addressOf(from), destination: addressOf(to), dontFragment: false };
  return buildIcmpPacket(ends, { type, code, mtu: rest, quoted: data });
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
  const source = formatAddress(isV6 ? about.subarray(8, 24) : about.subarray(12, 16));
  return icmp(from, source, type, code, name === 'too big' ? NEXT_HOP_MTU : 0, about.subarray(0, QUOTED_BYTES));
}

/** What an IPv6 packet's fragments are known by. */
const FRAGMENT_ID = 0x1234;

/** The packet cut into fragments whose payload is `size` bytes, a multiple of 8. */
export function fragments(packet: Uint8Array, size: number): Uint8Array[] {
  return fragment(packet, size, FRAGMENT_ID);
}

/** Data that tells every part of itself from every other. */
export function filler(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

function bytesOf(data: string | Uint8Array = ''): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
}
