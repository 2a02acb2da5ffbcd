// Addresses as bytes and back, and the Internet checksum, for building and for reading packets.

export function addressBytes(address: string): Uint8Array {
  return address.includes(':') ? ipv6Bytes(address) : Uint8Array.from(address.split('.'), Number);
}

function ipv6Bytes(address: string): Uint8Array {
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => text.split(':').filter(Boolean);
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before, ...zeros, ...after].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  }
  return bytes;
}

export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const view = Buffer.from(bytes);
  const groups = Array.from({ length: 8 }, (_, index) => view.readUInt16BE(index * 2).toString(16));
  const text = groups.join(':');
  // RFC 5952, section 4.2: two colons for the longest run of zeros.
  const [run] = (text.match(/(^|:)0(:0)+(:|$)/g) ?? []).toSorted((a, b) => b.length - a.length);
  return run === undefined ? text : text.replace(run, '::');
}

/** RFC 1071: the complement of the ones' complement sum; 0 over bytes that hold their right checksum. */
export function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (const [position, byte] of part.entries()) sum += position % 2 === 0 ? byte * 256 : byte;
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

/** What checksums of TCP, UDP and ICMPv6 also cover (RFC 9293, RFC 8200 section 8.1). */
export function pseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const tail = Buffer.alloc(source.length === 4 ? 4 : 8);
  tail.writeUInt16BE(length, 2);
  tail.writeUInt8(protocol, tail.length === 4 ? 1 : 7);
  return Buffer.concat([source, destination, tail]);
}

/** RFC 9260, appendix A: CRC32c, sent with its lowest byte first. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
