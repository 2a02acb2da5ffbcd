// The UDP sockets of the multicast group, set up as ip_vs_sync.c (v6.1) does it: by the interface, none of it for
// oneself.

import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { SyncDaemon } from '../director/mod.ts';
import { isIpv6 } from '../model/mod.ts';
import { socketError } from '../system/mod.ts';
import { interfaceWithoutAddress } from './errors.ts';

/** Room for a burst; the kernel gives what net.core.rmem_max allows. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** How to name the interface to a socket of the group's family. */
function interfaceOf({ group, interface: device }: SyncDaemon): string {
  if (isIpv6(group)) return `::%${device}`;
  const own = networkInterfaces()[device]?.find(({ family }) => family === 'IPv4');
  if (own === undefined) throw interfaceWithoutAddress(device);
  return own.address;
}

async function open(
  daemon: SyncDaemon,
  options: Omit<SocketOptions, 'type'>,
  place: { readonly address?: string; readonly port: number },
  setUp: (socket: Socket) => void,
): Promise<Socket> {
  const socket = createSocket({ ...options, type: isIpv6(daemon.group) ? 'udp6' : 'udp4' });
  try {
    socket.bind(place);
    await once(socket, 'listening');
    setUp(socket);
    return socket;
  } catch (error) {
    socket.close();
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw socketError(`use group ${daemon.group} port ${daemon.port} on ${daemon.interface}`, code, error);
  }
}

/** Sends to the group, by `send(message, port, group)`. Throws SYNC_NO_ADDRESS, SOCKET_FAILED. */
export function openSender(daemon: SyncDaemon): Promise<Socket> {
  const outgoing = interfaceOf(daemon);
  const place = isIpv6(daemon.group) ? { port: 0 } : { port: 0, address: outgoing };
  return open(daemon, {}, place, (socket) => {
    socket.setMulticastInterface(outgoing);
    socket.setMulticastTTL(daemon.ttl);
    socket.setMulticastLoopback(false);
  });
}

/** Hears what is sent to the group. Throws SYNC_NO_ADDRESS, SOCKET_PORT_IN_USE, SOCKET_FAILED. */
export function openReceiver(daemon: SyncDaemon): Promise<Socket> {
  const incoming = interfaceOf(daemon);
  const address = isIpv6(daemon.group) ? `${daemon.group}%${daemon.interface}` : daemon.group;
  const options = { reuseAddr: true, recvBufferSize: RECEIVE_BUFFER_BYTES };
  return open(daemon, options, { port: daemon.port, address }, (socket) => {
    socket.addMembership(daemon.group, incoming);
  });
}
