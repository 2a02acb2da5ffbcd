// One connection as IPVS directors send it, in either version of their protocol. Names and numbers are those of
// include/uapi/linux/ip_vs.h, Linux 6.1.

import type { Endpoint } from '../director/mod.ts';

/** How a connection is forwarded and what it is: `IP_VS_CONN_F_` */
export const FLAG = {
  FORWARD_MASK: 0x0007,
  MASQ: 0,
  LOCALNODE: 1,
  TUNNEL: 2,
  DROUTE: 3,
  /** The server's packets do not pass the director. */
  NOOUTPUT: 0x0080,
  INACTIVE: 0x0100,
  /** Sequence numbers are moved: the entry has the option that says by how much. */
  SEQ_MASK: 0x0600,
  /** The client's port is not known yet (FTP). */
  NO_CPORT: 0x0800,
  TEMPLATE: 0x1000,
} as const;

export interface SyncEntry {
  /** IP protocol number; 0 in templates of firewall marks, whose virtual address is the mark. */
  readonly protocol: number;
  /** {@link FLAG} */
  readonly flags: number;
  /** IPVS's number within the protocol. */
  readonly state: number;
  /** The packet's firewall mark; 0 for none. */
  readonly mark: number;
  /** Seconds; 0 where it is not told. */
  readonly timeoutS: number;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly server: Endpoint;
  /** The client is told by something in the payload, which is not kept. */
  readonly hasEngineData: boolean;
}

export interface SyncMessage {
  readonly syncId: number;
  readonly entries: readonly SyncEntry[];
  /** Entries that were passed over: with options that must be understood and are not. */
  readonly skipped: number;
  /** Why the rest of the message was not read. */
  readonly fault?: string;
}

/** The entries of a message's body, and why there are no more. */
export type MessageBody = Omit<SyncMessage, 'syncId'>;
