// Version 0 of the protocol, which older directors send, and others by sysctl net.ipv4.vs.sync_version=0: IPv4 alone,
// without timeouts and marks (net/netfilter/ipvs/ip_vs_sync.c, v6.1). Pure.
//
//   message  entries | sync id | size(2)
//   entry    0 | protocol | ports(3 × 2) | addresses(3 × 4) | flags(2) | state(2) | sequence data(24), if flags say so

import { IPV4_BYTES, readAddress } from './addresses.ts';
import { FLAG, type MessageBody, type SyncEntry } from './entry.ts';

const HEADER_BYTES = 4;
const ENTRY_BYTES = 24;
const SEQUENCE_BYTES = 24;

export function parseVersion0(view: DataView): MessageBody {
  const entries: SyncEntry[] = [];
  let offset = HEADER_BYTES;
  for (let count = view.getUint8(0); count > 0; count--) {
    const flags = offset + ENTRY_BYTES <= view.byteLength ? view.getUint16(offset + 20) : 0;
    const end = offset + ENTRY_BYTES + ((flags & FLAG.SEQ_MASK) === 0 ? 0 : SEQUENCE_BYTES);
    if (end > view.byteLength) return { entries, skipped: 0, fault: 'it ends within an entry' };
    entries.push(parseEntry(view, offset));
    offset = end;
  }
  return { entries, skipped: 0 };
}

function parseEntry(view: DataView, offset: number): SyncEntry {
  const endpoint = (index: number) => ({
    address: readAddress(view, offset + 8 + index * IPV4_BYTES, IPV4_BYTES),
    port: view.getUint16(offset + 2 + 2 * index),
  });
  return {
    protocol: view.getUint8(offset + 1),
    flags: view.getUint16(offset + 20),
    state: view.getUint16(offset + 22),
    mark: 0,
    timeoutS: 0,
    client: endpoint(0),
    virtual: endpoint(1),
    server: endpoint(2),
    hasEngineData: false,
  };
}
