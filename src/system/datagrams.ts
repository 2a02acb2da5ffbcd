// UDP sockets on libc for measuring: connected, so that the kernel tells of ports that nothing listens on, and with
// room for all that may come before it is taken.

import type { Ipv4 } from '../model/mod.ts';
import * as libc from './libc.ts';
import {
  check,
  encodeAddress,
  encodeInt,
  orClose,
  type SocketAddress,
  setInt,
  setReceiveTimeout,
  setTimeouts,
} from './sockets.ts';

// <bits/socket.h>, <asm-generic/socket.h>, <bits/in.h>
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const IPPROTO_IP = 0;
const IP_MTU = 14;
const SOCKADDR_BYTES = 16;

export interface DatagramOptions extends SocketAddress {
  /** Address to send from; without it the routes choose. */
  readonly source?: Ipv4 | undefined;
  /** For a datagram to be sent. */
  readonly timeoutMs: number;
  /** How long a receive waits for a datagram. */
  readonly tickMs: number;
  /** What may wait to be received, counted as the kernel does: with its own management, two to three times the data. */
  readonly receiveBufferBytes: number;
}

/** A socket that only this peer's datagrams reach. Throws SOCKET_UNREACHABLE, SOCKET_FAILED. */
export function connectUdp(options: DatagramOptions): number {
  const { address, port, source, timeoutMs, tickMs, receiveBufferBytes } = options;
  const fd = check(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'open a UDP socket');
  return orClose(fd, () => {
    growReceiveBuffer(fd, receiveBufferBytes);
    setTimeouts(fd, timeoutMs);
    setReceiveTimeout(fd, tickMs);
    if (source !== undefined) {
      const from = encodeAddress({ address: source, port: 0 });
      check(libc.bind(fd, from, SOCKADDR_BYTES), `use source address ${source}`);
    }
    check(libc.connect(fd, encodeAddress(options), SOCKADDR_BYTES), `send to ${address}:${port}`);
  });
}

/** What a bound UDP port is taken for: nothing. Throws SOCKET_PORT_IN_USE, SOCKET_FAILED. */
export function assertUdpPortFree(local: SocketAddress): void {
  const fd = check(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'open a UDP socket');
  orClose(fd, () => {
    check(libc.bind(fd, encodeAddress(local), SOCKADDR_BYTES), `receive on UDP port ${local.address}:${local.port}`);
  });
  libc.close(fd);
}

/** Room for what waits to be received. */
export function receiveBufferBytes(fd: number): number {
  return getInt(fd, SOL_SOCKET, SO_RCVBUF);
}

/** The largest packet that goes to the peer in one piece, its IP head included. */
export function pathMtu(fd: number): number {
  return getInt(fd, IPPROTO_IP, IP_MTU);
}

/** Root may go beyond net.core.rmem_max, others get what that allows. The kernel sets twice what it is told. */
function growReceiveBuffer(fd: number, wantedBytes: number): void {
  const half = encodeInt(Math.ceil(wantedBytes / 2));
  if (libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, half, 4) === 0) return;
  setInt(fd, SOL_SOCKET, SO_RCVBUF, half.readInt32LE());
}

function getInt(fd: number, level: number, option: number): number {
  const value = encodeInt(0);
  check(libc.getsockopt(fd, level, option, value, encodeInt(4)), `read socket option ${option}`);
  return value.readInt32LE();
}
