// How many requests are on their way at once where nobody says it.

import { bufferBytesFor, HEAD_BYTES, type RpcTransport } from './channel.ts';

/** Linux's sunrpc.udp_slot_table_entries. */
const SLOTS = 16;
/** net.core.rmem_default: what a UDP socket has room for unless its program asks for more, and ganesha does not. */
const SERVER_BUFFER_BYTES = 212_992;

interface Traffic {
  readonly transport: RpcTransport;
  readonly isWriting: boolean;
  readonly writeBytes: number;
}

/** As many as Linux's client has; of WRITEs over UDP no more than a server's socket holds, for it drops the others. */
export function defaultWindow({ transport, isWriting, writeBytes }: Traffic): number {
  if (transport === 'tcp' || !isWriting) return SLOTS;
  const fitting = Math.floor(SERVER_BUFFER_BYTES / bufferBytesFor(HEAD_BYTES + writeBytes, 1));
  return Math.max(1, Math.min(SLOTS, fitting));
}
