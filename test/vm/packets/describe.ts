// What is on the wire as one line of text, all that matters of it: addresses, ports, TTL, TOS, DF, ID, the fragment's
// place, whether checksums are right, payload; of tunnels and of ICMP errors what is inside too.

import { crc32 } from 'node:zlib';
import { checksum, PROTOCOL, pseudoHeader, TCP_FLAGS } from '../../bpf/packet-builder.ts';
import { CHUNK, crc32c } from '../../bpf/sctp-packets.ts';
import { formatAddress } from './address.ts';
import { DIRECTOR, VIP } from './hosts.ts';

interface Packet {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly payload: Buffer;
  /** Only the first part of the packet is there, as in the quotation of an ICMP error. */
  readonly isCut: boolean;
  readonly fragment: { readonly offset: number; readonly more: boolean } | undefined;
  /** What the header says, as text. */
  readonly header: string;
}

const OWN_ADDRESSES: readonly string[] = [...DIRECTOR.A.addresses, ...DIRECTOR.B.addresses, ...VIP];
const TUNNELS: readonly number[] = [PROTOCOL.ipip, PROTOCOL.ipv6, PROTOCOL.gre, PROTOCOL.udp];
const GUE_PORT = 6080;

export function describePacket(bytes: Uint8Array, isQuoted = false): string {
  const packet = readPacket(Buffer.from(bytes), isQuoted);
  return packet === undefined ? `not IP: ${Buffer.from(bytes).toString('hex')}` : describe(packet);
}

/** Where in its datagram a packet's payload begins: 0 but for fragments other than the first. */
export function fragmentOffset(bytes: Uint8Array): number {
  return readPacket(Buffer.from(bytes), false)?.fragment?.offset ?? 0;
}

function readPacket(bytes: Buffer, isQuoted: boolean): Packet | undefined {
  const version = bytes.length < 20 ? 0 : bytes.readUInt8(0) >> 4;
  if (version === 4) return readIpv4(bytes, isQuoted);
  return version === 6 && bytes.length >= 40 ? readIpv6(bytes) : undefined;
}

function readIpv4(bytes: Buffer, isQuoted: boolean): Packet {
  const headerBytes = (bytes.readUInt8(0) & 15) * 4;
  const total = bytes.readUInt16BE(2);
  const field = bytes.readUInt16BE(6);
  const fragment = (field & 0x3fff) === 0 ? undefined : { offset: (field & 0x1fff) * 8, more: (field & 0x2000) !== 0 };
  const source = bytes.subarray(12, 16);
  const protocol = bytes.readUInt8(9);
  const id = bytes.readUInt16BE(4);
  // The stack numbers its own packets as it likes: ICMP errors, and the outer headers of tunnels.
  const isOwn = !isQuoted && OWN_ADDRESSES.includes(formatAddress(source)) && id !== 0x1234;
  const header = [
    `ttl ${bytes.readUInt8(8)}`,
    `tos ${bytes.readUInt8(1)}`,
    `id ${isOwn && id !== 0 ? 'own' : id}`,
    ...((field & 0x4000) === 0 ? [] : ['DF']),
    ...(headerBytes === 20 ? [] : [`options ${bytes.subarray(20, headerBytes).toString('hex')}`]),
    ...(isQuoted || checksum(bytes.subarray(0, headerBytes)) === 0 ? [] : ['IP CHECKSUM WRONG']),
  ];
  const isCut = bytes.length < total;
  const payload = bytes.subarray(headerBytes, Math.min(total, bytes.length));
  const destination = bytes.subarray(16, 20);
  return { source, destination, protocol, payload, isCut, fragment, header: header.join(' ') };
}

function readIpv6(bytes: Buffer): Packet {
  const total = 40 + bytes.readUInt16BE(4);
  let protocol = bytes.readUInt8(6);
  let payload = bytes.subarray(40, Math.min(total, bytes.length));
  let fragment: Packet['fragment'];
  if (protocol === PROTOCOL.fragment) {
    const field = payload.readUInt16BE(2);
    fragment = { offset: field & 0xfff8, more: (field & 1) !== 0 };
    protocol = payload.readUInt8(0);
    payload = payload.subarray(8);
  }
  const first = bytes.readUInt32BE(0);
  const [source, destination] = [bytes.subarray(8, 24), bytes.subarray(24, 40)];
  // The stack labels flows of its own at random.
  const isOwn = OWN_ADDRESSES.includes(formatAddress(source));
  const label = (first & 0xfffff) === 0 ? '' : ` label ${isOwn ? 'own' : first & 0xfffff}`;
  const header = `ttl ${bytes.readUInt8(7)} tos ${(first >>> 20) & 0xff}${label}`;
  return { source, destination, protocol, payload, isCut: bytes.length < total, fragment, header };
}

function describe(packet: Packet): string {
  const { protocol, payload, fragment, header } = packet;
  const [from, to] = [formatAddress(packet.source), formatAddress(packet.destination)];
  const place = fragment === undefined ? '' : ` fragment ${fragment.offset}${fragment.more ? '+' : ''}`;
  const frame = (what: string, ports?: readonly [number, number]) =>
    ports === undefined
      ? `${from} > ${to} ${what}${place} (${header})`
      : `${endpoint(from, ports[0])} > ${endpoint(to, ports[1])} ${what}${place} (${header})`;
  if (fragment !== undefined && fragment.offset > 0) return frame(`${protocolName(protocol)} ${describeData(payload)}`);
  const inner = innerPacket(protocol, payload);
  if (inner !== undefined) return `${frame(inner.name)} { ${describePacket(inner.bytes)} }`;
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) return frame(describeIcmp(packet));
  if (payload.length < 8) return frame(`${protocolName(protocol)} ${describeData(payload)}`);
  const ports = [payload.readUInt16BE(0), payload.readUInt16BE(2)] as const;
  const check = packet.isCut || fragment !== undefined ? '' : describeChecksum(packet);
  if (protocol === PROTOCOL.tcp) return frame(`${describeTcp(payload)}${check}`, ports);
  if (protocol === PROTOCOL.udp) return frame(`udp ${describeData(payload.subarray(8))}${check}`, ports);
  if (protocol === PROTOCOL.sctp) return frame(`sctp ${describeChunk(payload)}${check}`, ports);
  return frame(`${protocolName(protocol)} ${describeData(payload)}`);
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function protocolName(protocol: number): string {
  return Object.entries(PROTOCOL).find(([, number]) => number === protocol)?.[0] ?? `protocol ${protocol}`;
}

/** RFC 2003 and 2473; GRE of RFC 2784, its checksum left aside; GUE's variants 0 and 1 of draft-ietf-intarea-gue. */
function innerPacket(protocol: number, payload: Buffer): { name: string; bytes: Buffer } | undefined {
  if (!TUNNELS.includes(protocol) || payload.length < 24) return undefined;
  if (protocol === PROTOCOL.ipip || protocol === PROTOCOL.ipv6) return { name: 'ipip', bytes: payload };
  if (protocol === PROTOCOL.gre) {
    const flags = payload.readUInt16BE(0);
    const length = flags & 0x8000 ? 8 : 4;
    const check = flags & 0x8000 ? ` checksum ${checksum(payload) === 0 ? 'right' : 'WRONG'}` : '';
    return { name: `gre type ${payload.readUInt16BE(2).toString(16)}${check}`, bytes: payload.subarray(length) };
  }
  const to = payload.readUInt16BE(2);
  if (to !== GUE_PORT) return undefined;
  const udpCheck = payload.readUInt16BE(6) === 0 ? 'no checksum' : 'checksum';
  const gue = payload.subarray(8);
  const length = 4 + (gue.readUInt8(0) & 0x1f) * 4;
  const fields = `gue ${gue.subarray(0, length).toString('hex')} to ${to} ${udpCheck}`;
  return { name: fields, bytes: gue.subarray(length) };
}

function describeIcmp(packet: Packet): string {
  const { protocol, payload } = packet;
  const isV6 = protocol === PROTOCOL.icmpv6;
  const [type, code, rest] = [payload.readUInt8(0), payload.readUInt8(1), payload.readUInt32BE(4)];
  const check = (isV6 ? transportSum(packet) : checksum(payload)) === 0 ? '' : ' ICMP CHECKSUM WRONG';
  const name = `icmp type ${type} code ${code} rest ${rest}${check}`;
  const isError = isV6 ? type < 128 : [3, 4, 5, 11, 12].includes(type);
  return isError
    ? `${name} about { ${describePacket(payload.subarray(8), true)} }`
    : `${name} ${describeData(payload.subarray(8))}`;
}

function describeTcp(segment: Buffer): string {
  if (segment.length < 20) return `tcp seq ${segment.readUInt32BE(4)}`;
  const bits = segment.readUInt8(13);
  const flags = Object.entries(TCP_FLAGS)
    .filter(([, bit]) => bits & bit)
    .map(([flag]) => flag);
  const headerBytes = (segment.readUInt8(12) >> 4) * 4;
  const options = headerBytes > 20 ? ` options ${segment.subarray(20, headerBytes).toString('hex')}` : '';
  const numbers = `seq ${segment.readUInt32BE(4)} ack ${segment.readUInt32BE(8)}`;
  return `tcp ${flags.join('')} ${numbers}${options} ${describeData(segment.subarray(headerBytes))}`;
}

function describeChunk(packet: Buffer): string {
  const type = packet.length > 12 ? packet.readUInt8(12) : undefined;
  return Object.entries(CHUNK).find(([, number]) => number === type)?.[0] ?? `chunk ${type}`;
}

/** 0 where the checksum in it is right. */
function transportSum({ source, destination, protocol, payload }: Packet): number {
  const ends = { source: formatAddress(source), destination: formatAddress(destination) };
  return checksum(Buffer.concat([pseudoHeader(ends, protocol, payload.length), payload]));
}

function describeChecksum(packet: Packet): string {
  const { protocol, payload } = packet;
  if (protocol === PROTOCOL.sctp) {
    const copy = Buffer.from(payload);
    copy.writeUInt32LE(0, 8);
    return crc32c(copy) === payload.readUInt32LE(8) ? '' : ' CHECKSUM WRONG';
  }
  if (protocol === PROTOCOL.udp && payload.readUInt16BE(6) === 0) return ' no checksum';
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return '';
  return transportSum(packet) === 0 ? '' : ' CHECKSUM WRONG';
}

const SHOWN_BYTES = 80;

function describeData(data: Buffer): string {
  if (data.length === 0) return 'no data';
  const text = data.toString('latin1');
  if (data.length <= SHOWN_BYTES && /^[\x20-\x7e\r\n]*$/.test(text)) return JSON.stringify(text);
  return `${data.length} bytes ${crc32(data).toString(16)}`;
}
