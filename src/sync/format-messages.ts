// Connections as messages of version 1 (parse-message.ts has the layout). Pure. Entries have no options: sequence
// numbers and what persistence engines know are not told.

import { isIpv6 } from '../model/mod.ts';
import { IPV4_BYTES, IPV6_BYTES, writeAddress } from './addresses.ts';
import type { SyncEntry } from './entry.ts';
import { ENTRY_BYTES, HEADER_BYTES, TYPE_INET6 } from './parse-message.ts';

const VERSION = 1;
/** The count of a message has one byte. */
const ENTRIES_MAX = 255;

export interface MessageSettings {
  readonly syncId: number;
  /** A message with a single entry may be longer. */
  readonly maxLengthBytes: number;
}

/** As few messages as hold the entries, in their order. */
export function* formatMessages(
  entries: readonly SyncEntry[],
  { syncId, maxLengthBytes }: MessageSettings,
): Generator<Uint8Array> {
  let start = 0;
  let length = HEADER_BYTES;
  for (const [index, entry] of entries.entries()) {
    const bytes = entryBytes(entry);
    const isFull = index > start && (length + bytes > maxLengthBytes || index - start === ENTRIES_MAX);
    if (isFull) {
      yield formatMessage(entries.slice(start, index), length, syncId);
      start = index;
      length = HEADER_BYTES;
    }
    length += bytes;
  }
  if (start < entries.length) yield formatMessage(entries.slice(start), length, syncId);
}

function addressBytes({ client }: SyncEntry): number {
  return isIpv6(client.address) ? IPV6_BYTES : IPV4_BYTES;
}

/** A multiple of 4: nothing needs padding. */
function entryBytes(entry: SyncEntry): number {
  return ENTRY_BYTES + 3 * addressBytes(entry);
}

function formatMessage(entries: readonly SyncEntry[], length: number, syncId: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(1, syncId);
  view.setUint16(2, length);
  view.setUint8(4, entries.length);
  view.setUint8(5, VERSION);
  let offset = HEADER_BYTES;
  for (const entry of entries) {
    writeEntry(view, offset, entry);
    offset += entryBytes(entry);
  }
  return bytes;
}

function writeEntry(view: DataView, offset: number, entry: SyncEntry): void {
  const bytes = addressBytes(entry);
  view.setUint8(offset, bytes === IPV6_BYTES ? TYPE_INET6 : 0);
  view.setUint8(offset + 1, entry.protocol);
  view.setUint16(offset + 2, entryBytes(entry));
  view.setUint32(offset + 4, entry.flags);
  view.setUint16(offset + 8, entry.state);
  view.setUint32(offset + 16, entry.mark);
  view.setUint32(offset + 20, entry.timeoutS);
  for (const [index, { address, port }] of [entry.client, entry.virtual, entry.server].entries()) {
    view.setUint16(offset + 10 + 2 * index, port);
    writeAddress(view, offset + ENTRY_BYTES + index * bytes, address);
  }
}
