// SCTP packets (RFC 9260) of given chunks, with their CRC32c.

import { buildIp, endpoint, type HeaderFields, PROTOCOL } from './packet-builder.ts';

/** Types of chunks, section 3.2. */
export const CHUNK = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
  auth: 15,
} as const;

export type ChunkName = keyof typeof CHUNK;

export interface SctpSpec extends HeaderFields {
  /** `address:port`, IPv6 addresses in brackets. */
  readonly from: string;
  readonly to: string;
  readonly chunks: readonly ChunkName[];
  /** Bytes that each chunk has besides its header. */
  readonly chunkBytes?: number;
}

/** Appendix A: the reflected polynomial 0x1edc6f41. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function buildChunk(name: ChunkName, bytes: number): Uint8Array {
  const chunk = Buffer.alloc(4 + Math.ceil(bytes / 4) * 4);
  chunk.writeUInt8(CHUNK[name], 0);
  chunk.writeUInt16BE(4 + bytes, 2);
  return chunk;
}

export function buildSctp(spec: SctpSpec): Uint8Array {
  const [from, to] = [endpoint(spec.from), endpoint(spec.to)];
  const header = Buffer.alloc(12);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt32BE(0x5eed5eed, 4); // verification tag
  const segment = Buffer.concat([header, ...spec.chunks.map((name) => buildChunk(name, spec.chunkBytes ?? 0))]);
  segment.writeUInt32LE(crc32c(segment), 8);
  return buildIp({ ...spec, source: from.address, destination: to.address, protocol: PROTOCOL.sctp }, segment);
}
