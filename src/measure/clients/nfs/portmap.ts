// The port mapper (RFC 1833, version 2), asked where a program listens.

import { type ChannelOptions, openChannel, type RpcTransport } from './channel.ts';
import { RpcClient } from './rpc-client.ts';
import type { RpcProgram } from './rpc-message.ts';

const PORTMAP: RpcProgram = { name: 'portmap', number: 100_000, version: 2 };
const PORTMAP_PORT = 111;
const GETPORT = { number: 3, name: 'GETPORT' };
const PROTOCOL_NUMBERS: Readonly<Record<RpcTransport, number>> = { tcp: 6, udp: 17 };
const MOST_MESSAGE_BYTES = 1024;

type PortmapOptions = Pick<ChannelOptions, 'address' | 'source' | 'timeoutMs' | 'tickMs'> & {
  readonly retransmitMs: number;
};

/** The port of a program; undefined when it is not registered. Throws TransferFailure, SocketError. */
export function lookUpPort(program: RpcProgram, transport: RpcTransport, options: PortmapOptions): number | undefined {
  const limits = { mostMessageBytes: MOST_MESSAGE_BYTES, window: 1 };
  const channel = openChannel(transport, { ...options, ...limits, port: PORTMAP_PORT });
  try {
    const client = new RpcClient(channel, { ...options, ...limits, program: PORTMAP });
    const port = client.call(
      GETPORT,
      (args) => {
        for (const word of [program.number, program.version, PROTOCOL_NUMBERS[transport], 0]) args.uint32(word);
      },
      (results) => results.uint32(),
    );
    return port === 0 ? undefined : port;
  } finally {
    channel.close();
  }
}
