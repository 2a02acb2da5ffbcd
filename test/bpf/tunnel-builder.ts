// What VS-TUN makes of a packet, built whole and apart from the code under test: RFC 2003, RFC 2473, RFC 4213 and, between
// the IP headers, GRE (RFC 2784) or UDP with GUE (draft-ietf-intarea-gue).

import type { Tunnel } from '../../src/director/mod.ts';
import { addressBytes, buildIp, checksum, type HeaderFields, PROTOCOL } from './packet-builder.ts';

export interface TunnelEnds {
  readonly source: string;
  readonly destination: string;
}

const ETHERTYPES = { 4: 0x0800, 6: 0x86dd } as const;

function innerVersion(inner: Uint8Array): 4 | 6 {
  return (inner[0] ?? 0) >> 4 === 6 ? 6 : 4;
}

function innerProtocol(inner: Uint8Array): number {
  return innerVersion(inner) === 6 ? PROTOCOL.ipv6 : PROTOCOL.ipip;
}

function buildGre(inner: Uint8Array, withChecksum: boolean): Uint8Array {
  const header = Buffer.alloc(withChecksum ? 8 : 4);
  header.writeUInt16BE(withChecksum ? 0x8000 : 0, 0);
  header.writeUInt16BE(ETHERTYPES[innerVersion(inner)], 2);
  if (withChecksum) header.writeUInt16BE(checksum(Buffer.concat([header, inner])), 4);
  return Buffer.concat([header, inner]);
}

/** The sum over a UDP datagram with its pseudo-header (RFC 768, RFC 8200 section 8.1), which sum alike for IPv4 and IPv6. */
function udpChecksum(ends: TunnelEnds, datagram: Uint8Array): number {
  const rest = Buffer.alloc(8);
  rest.writeUInt32BE(datagram.length, 0);
  rest.writeUInt32BE(PROTOCOL.udp, 4);
  const sum = checksum(Buffer.concat([addressBytes(ends.source), addressBytes(ends.destination), rest, datagram]));
  return sum === 0 ? 0xffff : sum;
}

function buildGue(inner: Uint8Array, ends: TunnelEnds, ports: Buffer, withChecksum: boolean): Uint8Array {
  const header = Buffer.alloc(12);
  header.set(ports, 0);
  header.writeUInt16BE(12 + inner.length, 4);
  header.writeUInt8(innerProtocol(inner), 9);
  const packet = Buffer.concat([header, inner]);
  if (withChecksum) packet.writeUInt16BE(udpChecksum(ends, packet), 6);
  return packet;
}

export interface TunnelHeader extends HeaderFields {
  readonly ends: TunnelEnds;
  /** Of GUE. */
  readonly sourcePort?: number;
}

/** The packet that carries `inner`. */
export function buildTunnelled({ ends, sourcePort = 0, ...header }: TunnelHeader, tunnel: Tunnel, inner: Uint8Array) {
  const build = (protocol: number, payload: Uint8Array) => buildIp({ ...header, ...ends, protocol }, payload);
  if (tunnel.type === 'ipip') return build(innerProtocol(inner), inner);
  const withChecksum = tunnel.checksum !== 'none';
  if (tunnel.type === 'gre') return build(PROTOCOL.gre, buildGre(inner, withChecksum));
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(sourcePort, 0);
  ports.writeUInt16BE(tunnel.port, 2);
  return build(PROTOCOL.udp, buildGue(inner, ends, ports, withChecksum));
}
