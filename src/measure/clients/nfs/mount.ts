// The MOUNT protocol, version 3 (RFC 1813, appendix I): the path of an export → the handle of its root, and the end of
// that.

import { type ChannelOptions, openChannel, type RpcTransport } from './channel.ts';
import { MOST_HANDLE_BYTES } from './nfs-results.ts';
import { mountFailure } from './nfs-status.ts';
import { RpcClient } from './rpc-client.ts';
import type { RpcProgram } from './rpc-message.ts';

export const MOUNT: RpcProgram = { name: 'mount', number: 100_005, version: 3 };

const MNT = { number: 1, name: 'MNT' };
const UMNT = { number: 3, name: 'UMNT' };
/** A path of up to 1024 bytes and what stands before it. */
const MOST_MESSAGE_BYTES = 2048;

export type MountOptions = Pick<ChannelOptions, 'address' | 'port' | 'source' | 'timeoutMs' | 'tickMs'> & {
  readonly retransmitMs: number;
};

/** The root's handle. Throws TransferFailure, SocketError. */
export function mount(path: string, transport: RpcTransport, options: MountOptions): Uint8Array {
  return withMountClient(transport, options, (client) =>
    client.call(
      MNT,
      (args) => args.string(path),
      (results) => {
        const status = results.uint32();
        if (status !== 0) throw mountFailure(status);
        return results.opaque(MOST_HANDLE_BYTES).slice();
      },
    ),
  );
}

/** Tells the server that it may forget the mount; servers do not depend on it. Throws TransferFailure, SocketError. */
export function unmount(path: string, transport: RpcTransport, options: MountOptions): void {
  withMountClient(transport, options, (client) =>
    client.call(
      UMNT,
      (args) => args.string(path),
      () => undefined,
    ),
  );
}

function withMountClient<T>(transport: RpcTransport, options: MountOptions, work: (client: RpcClient) => T): T {
  const limits = { mostMessageBytes: MOST_MESSAGE_BYTES, window: 1 };
  const channel = openChannel(transport, { ...options, ...limits });
  try {
    return work(new RpcClient(channel, { ...options, ...limits, program: MOUNT }));
  } finally {
    channel.close();
  }
}
