// The bytes that one director sends to others, read: version 1 of the protocol (net/netfilter/ipvs/ip_vs_sync.c,
// v6.1), and version 0 by parse-version0.ts. Pure. What the kernel leaves out is left out here, and no more.
//
//   message  0 | sync id | size(2) | entries | version 1 | 0(2)
//   entry    type | protocol | version(4 bits) and size(12 bits) | flags(4) | state(2) | ports(3 × 2) | mark(4)
//            | timeout(4) | addresses (3 × 4 or 3 × 16) | options
//   option   type | length | data; the entry is padded to 4 bytes

import { IPV4_BYTES, IPV6_BYTES, readAddress } from './addresses.ts';
import type { MessageBody, SyncEntry, SyncMessage } from './entry.ts';
import { parseVersion0 } from './parse-version0.ts';

export const HEADER_BYTES = 8;
/** Of version 0; the least that may be a message. */
const HEADER_BYTES_MIN = 4;
export const ENTRY_BYTES = 24;
const VERSION = 1;
const SIZE_MASK = 0x0fff;
const SIZE_BITS = 12;
/** Set in the type of an entry with IPv6 addresses. */
export const TYPE_INET6 = 1;

const OPTION = { SEQUENCE: 1, ENGINE_DATA: 2, ENGINE_NAME: 3 } as const;
/** A reader that does not know an option with this bit may pass over it. */
const OPTION_NOT_MANDATORY = 0x40;
const SEQUENCE_BYTES = 24;
const ENGINE_NAME_BYTES_MAX = 16;

/** Undefined for what is no message: too short, or of another length than it says. */
export function parseMessage(bytes: Uint8Array): SyncMessage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES_MIN || view.getUint16(2) !== bytes.length) return undefined;
  const isVersion1 =
    bytes.length >= HEADER_BYTES && view.getUint8(0) === 0 && view.getUint8(5) === VERSION && view.getUint16(6) === 0;
  return { syncId: view.getUint8(1), ...(isVersion1 ? parseEntries(view) : parseVersion0(view)) };
}

/** What is wrong with the bytes from some entry on. */
class Fault extends Error {}

function parseEntries(view: DataView): MessageBody {
  const count = view.getUint8(4);
  const entries: SyncEntry[] = [];
  let skipped = 0;
  let offset = HEADER_BYTES;
  try {
    for (let index = 0; index < count; index++) {
      const size = entrySize(view, offset);
      const entry = parseEntry(view, offset, offset + size);
      if (entry === undefined) skipped += 1;
      else entries.push(entry);
      offset += (size + 3) & ~3;
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { entries, skipped, fault: error.message };
  }
  return { entries, skipped };
}

function entrySize(view: DataView, offset: number): number {
  if (offset + ENTRY_BYTES + 3 * IPV4_BYTES > view.byteLength) throw new Fault('it ends within an entry');
  const versionAndSize = view.getUint16(offset + 2);
  const size = versionAndSize & SIZE_MASK;
  if (offset + size > view.byteLength) throw new Fault('an entry is longer than the message');
  const version = versionAndSize >>> SIZE_BITS;
  if (version !== 0) throw new Fault(`an entry is of version ${version}`);
  return size;
}

/** Undefined for one with an unknown option that must be understood. */
function parseEntry(view: DataView, offset: number, end: number): SyncEntry | undefined {
  const type = view.getUint8(offset);
  const isIpv6 = (type & TYPE_INET6) !== 0;
  if (!isIpv6 && type !== 0) throw new Fault(`an entry is of type ${type}`);
  const bytes = isIpv6 ? IPV6_BYTES : IPV4_BYTES;
  const addresses = offset + ENTRY_BYTES;
  const options = addresses + 3 * bytes;
  if (options > end) throw new Fault('an entry is shorter than its addresses');
  const known = parseOptions(view, options, end);
  if (known === undefined) return undefined;
  const endpoint = (index: number) => ({
    address: readAddress(view, addresses + index * bytes, bytes),
    port: view.getUint16(offset + 10 + 2 * index),
  });
  return {
    protocol: view.getUint8(offset + 1),
    flags: view.getUint32(offset + 4),
    state: view.getUint16(offset + 8),
    mark: view.getUint32(offset + 16),
    timeoutS: view.getUint32(offset + 20),
    client: endpoint(0),
    virtual: endpoint(1),
    server: endpoint(2),
    hasEngineData: known.has(OPTION.ENGINE_DATA),
  };
}

/** The options that are there; undefined when one must be understood and is not. */
function parseOptions(view: DataView, start: number, end: number): ReadonlySet<number> | undefined {
  const known = new Set<number>();
  for (let offset = start; offset < end; ) {
    if (offset + 2 > end) throw new Fault('an option has no length');
    const type = view.getUint8(offset);
    const length = view.getUint8(offset + 1);
    if (length === 0 || offset + 2 + length > end) throw new Fault('an option is longer than its entry');
    const kind = type & ~OPTION_NOT_MANDATORY;
    if (isKnownOption(kind)) {
      if (known.has(kind)) throw new Fault('an option is there twice');
      checkLength(kind, length);
      known.add(kind);
    } else if ((type & OPTION_NOT_MANDATORY) === 0) {
      return undefined;
    }
    offset += 2 + length;
  }
  return known;
}

function isKnownOption(kind: number): boolean {
  return Object.values<number>(OPTION).includes(kind);
}

function checkLength(kind: number, length: number): void {
  if (kind === OPTION.SEQUENCE && length !== SEQUENCE_BYTES) throw new Fault('the sequence option has a wrong length');
  if (kind === OPTION.ENGINE_NAME && length > ENGINE_NAME_BYTES_MAX) throw new Fault("an engine's name is too long");
}
