// Blocking TCP sockets on libc for measuring: no event loop between a packet and the code that waits for it.
// Every socket has timeouts, so that a peer that has died ends in a named error. transfers.ts moves data over them.

import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { ANY_ADDRESS, type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../model/mod.ts';
import * as libc from './libc.ts';
import { type PinnedMemory, pinBytes } from './pinned-memory.ts';
import { POLL_FOREVER, POLLOUT, pollOne } from './poll.ts';
import { type SocketError, socketError } from './socket-errors.ts';

// <bits/socket.h>, <asm-generic/socket.h>, <netinet/tcp.h>
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SOL_IP = 0;
const IP_TRANSPARENT = 19;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SHUT_WR = 1;
/** sizeof(struct sockaddr_in), sizeof(struct timeval) */
const SOCKADDR_BYTES = 16;
const TIMEVAL_BYTES = 16;

const BACKLOG = 64;

const { EINPROGRESS } = constants.errno;

export interface SocketAddress {
  readonly address: Ipv4;
  readonly port: number;
}

export interface ListenAddress extends SocketAddress {
  /** Also for packets to addresses that are not the host's own, which netfilter's TPROXY hands to it. For root only. */
  readonly transparent?: boolean;
}

/** Listens; port 0 lets the kernel choose. Throws SOCKET_PORT_IN_USE, SOCKET_FAILED. */
export function listenTcp(local: ListenAddress): number {
  const fd = openSocket();
  return orClose(fd, () => {
    setInt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (local.transparent) setInt(fd, SOL_IP, IP_TRANSPARENT, 1);
    const what = `listen on ${format(local)}`;
    check(libc.bind(fd, encodeAddress(local), SOCKADDR_BYTES), what);
    check(libc.listen(fd, BACKLOG), what);
  });
}

/** The next connection, with `timeoutMs` as its own timeout as well. Throws SOCKET_TIMED_OUT after `waitMs`; 0: never. */
export function acceptTcp(listener: number, { waitMs, timeoutMs }: { waitMs: number; timeoutMs: number }): number {
  setTimeouts(listener, waitMs);
  let fd: number;
  do fd = libc.accept(listener, null, null, SOCK_CLOEXEC);
  while (fd < 0 && wasInterrupted());
  check(fd, `accept a connection on port ${localPort(listener)}`);
  return orClose(fd, () => prepare(fd, timeoutMs));
}

export interface ConnectOptions extends SocketAddress {
  /** Address to connect from; without it the routes choose. */
  readonly source?: Ipv4 | undefined;
  /** To connect from; it may still be in TIME_WAIT. In use otherwise, it is SOCKET_PORT_IN_USE. */
  readonly sourcePort?: number | undefined;
  /** For the connection to be made, and afterwards for every transfer. */
  readonly timeoutMs: number;
}

/** Throws SOCKET_REFUSED, SOCKET_UNREACHABLE, SOCKET_TIMED_OUT, SOCKET_PORT_IN_USE, SOCKET_FAILED. */
export function connectTcp(options: ConnectOptions): number {
  const { source, sourcePort = 0, timeoutMs } = options;
  const fd = openSocket();
  return orClose(fd, () => {
    prepare(fd, timeoutMs);
    if (source !== undefined || sourcePort !== 0) {
      const from = { address: source ?? ANY_ADDRESS, port: sourcePort };
      if (sourcePort !== 0) setInt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      check(libc.bind(fd, encodeAddress(from), SOCKADDR_BYTES), `use source address ${format(from)}`);
    }
    const what = `connect to ${format(options)}`;
    const connected = libc.connect(fd, encodeAddress(options), SOCKADDR_BYTES);
    if (connected < 0 && wasInterrupted()) awaitConnection(fd, timeoutMs, what);
    // Another connection between the same two ports.
    else if (connected < 0 && sourcePort !== 0 && errnoName() === 'EADDRNOTAVAIL')
      throw socketError(what, 'EADDRINUSE');
    else check(connected, what);
  });
}

/** Tells the peer that nothing more will come; what it sends still arrives. */
export function endSending(fd: number): void {
  check(libc.shutdown(fd, SHUT_WR), 'end sending');
}

/**
 * Opens many connections to one place without waiting for them: no call allocates or throws. A number below zero is an
 * errno that {@link errnoNameOf} names.
 */
export class Connector {
  readonly #to: PinnedMemory;
  readonly #from: Buffer | undefined;

  constructor({ address, port, source }: SocketAddress & { readonly source?: Ipv4 | undefined }) {
    this.#to = pinBytes(encodeAddress({ address, port }));
    this.#from = source === undefined ? undefined : encodeAddress({ address: source, port: 0 });
  }

  /** The socket of a connection that is on its way, and that does not block. */
  start(): number {
    const fd = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -libc.lastErrno();
    if (this.#from !== undefined && libc.bind(fd, this.#from, SOCKADDR_BYTES) < 0) return this.#giveUp(fd);
    if (libc.connectTo(fd, this.#to.address, SOCKADDR_BYTES) < 0 && libc.lastErrno() !== EINPROGRESS)
      return this.#giveUp(fd);
    return fd;
  }

  #giveUp(fd: number): number {
    const errno = libc.lastErrno();
    libc.close(fd);
    return -errno;
  }
}

/** What has become of a socket by itself (SO_ERROR): 0, or an errno below zero. */
export function socketProblem(fd: number): number {
  const value = encodeInt(0);
  libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, encodeInt(4));
  return -value.readInt32LE();
}

/** ECONNREFUSED and the like. */
export function errnoNameOf(negativeErrno: number): string {
  return getSystemErrorName(negativeErrno);
}

/** After a signal the kernel goes on with the connection by itself (connect(2), EINTR). */
function awaitConnection(fd: number, timeoutMs: number, what: string): void {
  const deadlineMs = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
  let ready: number;
  do {
    const leftMs = deadlineMs - performance.now();
    ready = pollOne(fd, POLLOUT, Number.isFinite(leftMs) ? Math.max(0, Math.ceil(leftMs)) : POLL_FOREVER);
  } while (ready < 0 && wasInterrupted());
  check(ready, what);
  if (ready === 0) throw socketError(what, 'ETIMEDOUT');
  const problem = socketProblem(fd);
  if (problem < 0) throw socketError(what, errnoNameOf(problem));
}

export function closeSocket(fd: number): void {
  libc.close(fd);
}

export function localPort(fd: number): number {
  const address = Buffer.alloc(SOCKADDR_BYTES);
  check(libc.getsockname(fd, address, encodeInt(SOCKADDR_BYTES)), 'read the address of a socket');
  return address.readUInt16BE(2);
}

/** Of a connected socket. */
export function peerAddress(fd: number): Ipv4 {
  const address = Buffer.alloc(SOCKADDR_BYTES);
  check(libc.getpeername(fd, address, encodeInt(SOCKADDR_BYTES)), 'read the address of a peer');
  return ipv4FromNumber(address.readUInt32BE(4));
}

function openSocket(): number {
  return check(libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'open a TCP socket');
}

function prepare(fd: number, timeoutMs: number): void {
  setInt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  setTimeouts(fd, timeoutMs);
}

export function setInt(fd: number, level: number, option: number, value: number): void {
  check(libc.setsockopt(fd, level, option, encodeInt(value), 4), `set socket option ${option}`);
}

/** Also bounds connect (send timeout) and accept (receive timeout). 0: none. */
export function setTimeouts(fd: number, timeoutMs: number): void {
  setTimeoutOf(fd, SO_RCVTIMEO, timeoutMs);
  setTimeoutOf(fd, SO_SNDTIMEO, timeoutMs);
}

/** How long a receive waits, whatever a send does. 0: for ever. */
export function setReceiveTimeout(fd: number, timeoutMs: number): void {
  setTimeoutOf(fd, SO_RCVTIMEO, timeoutMs);
}

function setTimeoutOf(fd: number, option: number, timeoutMs: number): void {
  const timeval = Buffer.alloc(TIMEVAL_BYTES);
  timeval.writeBigInt64LE(BigInt(Math.trunc(timeoutMs / 1000)), 0);
  timeval.writeBigInt64LE(BigInt(Math.round((timeoutMs % 1000) * 1000)), 8);
  check(libc.setsockopt(fd, SOL_SOCKET, option, timeval, TIMEVAL_BYTES), 'set the timeout of a socket');
}

export function orClose(fd: number, work: () => void): number {
  try {
    work();
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

export function check(result: number, what: string): number {
  if (result < 0) throw systemError(what);
  return result;
}

/** What to throw when a call of libc has just failed. */
export function systemError(what: string): SocketError {
  return socketError(what, errnoName());
}

function errnoName(): string {
  const errno = libc.lastErrno();
  // A connection's time is over. libuv, whose names these are, has none for it.
  return errno === EINPROGRESS ? 'ETIMEDOUT' : getSystemErrorName(-errno);
}

function wasInterrupted(): boolean {
  return errnoName() === 'EINTR';
}

export function encodeInt(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

export function encodeAddress({ address, port }: SocketAddress): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.writeUInt32BE(ipv4ToNumber(address), 4);
  return bytes;
}

function format({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}
