// Blocking TCP sockets on libc for measuring: no event loop between a packet and the code that waits for it.
// Every socket has timeouts, so that a peer that has died ends in a named error. Knows no protocol above TCP.

import { getSystemErrorName } from 'node:util';
import { type Ipv4, ipv4ToNumber } from '../model/mod.ts';
import * as libc from './libc.ts';
import { type SocketError, socketError } from './socket-errors.ts';

// <bits/socket.h>, <asm-generic/socket.h>, <netinet/tcp.h>, <poll.h>
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const POLLIN = 1;
const POLLOUT = 4;
/** sizeof(struct sockaddr_in), sizeof(struct timeval) */
const SOCKADDR_BYTES = 16;
const TIMEVAL_BYTES = 16;

const BACKLOG = 64;
const SEND_FLAGS = MSG_NOSIGNAL;
const SEND_NOW_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT;

export interface SocketAddress {
  readonly address: Ipv4;
  readonly port: number;
}

/** Memory whose address does not change, for {@link sendAll} and {@link receiveAll}. */
export interface PinnedMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Valid as long as this object is referenced. */
  readonly address: number;
}

/**
 * Blocks begin on a page, as NPtcp's do: 16 bytes off it, where malloc puts them, the kernel's copies took 1.6 times as
 * long for a block of 1 MB. The page to spare also keeps V8 from holding small arrays on its own heap, where they move.
 */
const PAGE_BYTES = 4096;

export function allocatePinned(sizeBytes: number): PinnedMemory {
  const memory = new ArrayBuffer(sizeBytes + PAGE_BYTES);
  const start = libc.addressOf(memory);
  const offset = (PAGE_BYTES - (start % PAGE_BYTES)) % PAGE_BYTES;
  return { bytes: new Uint8Array(memory, offset, sizeBytes), address: start + offset };
}

/** Listens; port 0 lets the kernel choose. Throws SOCKET_PORT_IN_USE, SOCKET_FAILED. */
export function listenTcp(local: SocketAddress): number {
  const fd = openSocket();
  return orClose(fd, () => {
    setInt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
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
  /** For the connection to be made, and afterwards for every transfer. */
  readonly timeoutMs: number;
}

/** Throws SOCKET_REFUSED, SOCKET_UNREACHABLE, SOCKET_TIMED_OUT, SOCKET_FAILED. */
export function connectTcp(options: ConnectOptions): number {
  const { source, timeoutMs } = options;
  const fd = openSocket();
  return orClose(fd, () => {
    prepare(fd, timeoutMs);
    if (source !== undefined) {
      const from = encodeAddress({ address: source, port: 0 });
      check(libc.bind(fd, from, SOCKADDR_BYTES), `use source address ${source}`);
    }
    check(libc.connect(fd, encodeAddress(options), SOCKADDR_BYTES), `connect to ${format(options)}`);
  });
}

export function closeSocket(fd: number): void {
  libc.close(fd);
}

export function localPort(fd: number): number {
  const address = Buffer.alloc(SOCKADDR_BYTES);
  check(libc.getsockname(fd, address, encodeInt(SOCKADDR_BYTES)), 'read the address of a socket');
  return address.readUInt16BE(2);
}

/** Sends all of it or throws SOCKET_TIMED_OUT, SOCKET_PEER_CLOSED. The common case is one call. */
export function sendAll(fd: number, address: number, lengthBytes: number): void {
  const sent = libc.send(fd, address, lengthBytes, SEND_FLAGS);
  if (sent !== lengthBytes) finishSending(fd, address, lengthBytes, sent);
}

/** Fills all of it or throws SOCKET_TIMED_OUT, SOCKET_PEER_CLOSED. The common case is one call. */
export function receiveAll(fd: number, address: number, lengthBytes: number): void {
  const received = libc.recv(fd, address, lengthBytes, MSG_WAITALL);
  if (received !== lengthBytes) finishReceiving(fd, address, lengthBytes, received);
}

/** Sends and receives a block of the same length at a time; unlike two calls it can't deadlock with a peer doing so. */
export function exchangeAll(fd: number, outgoing: number, incoming: number, lengthBytes: number): void {
  const sent = libc.send(fd, outgoing, lengthBytes, SEND_NOW_FLAGS);
  if (sent === lengthBytes) receiveAll(fd, incoming, lengthBytes);
  else finishExchange(fd, outgoing, incoming, lengthBytes, sent);
}

/** An interrupted or partial call has moved `first` bytes (−1: none). */
function finishSending(fd: number, address: number, lengthBytes: number, first: number): void {
  let done = progress(first, 'send', isInterruption);
  while (done < lengthBytes) {
    done += progress(libc.send(fd, address + done, lengthBytes - done, SEND_FLAGS), 'send', isInterruption);
  }
}

function finishReceiving(fd: number, address: number, lengthBytes: number, first: number): void {
  let done = progress(first, 'receive', isInterruption);
  while (done < lengthBytes) {
    done += progress(libc.recv(fd, address + done, lengthBytes - done, MSG_WAITALL), 'receive', isInterruption);
  }
}

function finishExchange(fd: number, outgoing: number, incoming: number, lengthBytes: number, first: number): void {
  let sent = progress(first, 'send', isTemporary);
  let received = 0;
  while (sent < lengthBytes || received < lengthBytes) {
    awaitReady(fd, (sent < lengthBytes ? POLLOUT : 0) | (received < lengthBytes ? POLLIN : 0));
    if (sent < lengthBytes) {
      sent += progress(libc.send(fd, outgoing + sent, lengthBytes - sent, SEND_NOW_FLAGS), 'send', isTemporary);
    }
    if (received < lengthBytes) {
      const count = libc.recv(fd, incoming + received, lengthBytes - received, MSG_DONTWAIT);
      received += progress(count, 'receive', isTemporary);
    }
  }
}

/** poll(2) knows nothing of SO_RCVTIMEO, and its use here is the rare path. */
const READY_TIMEOUT_MS = 10_000;

function awaitReady(fd: number, events: number): void {
  const descriptor = Buffer.alloc(8);
  descriptor.writeInt32LE(fd, 0);
  descriptor.writeInt16LE(events, 4);
  if (libc.poll(descriptor, 1, READY_TIMEOUT_MS) === 0) throw socketError('exchange a block', 'EAGAIN');
}

/** Bytes that a call has moved; 0 when it only has to be repeated. Throws for every other ending. */
function progress(result: number, verb: 'send' | 'receive', mayRepeat: (errno: string) => boolean): number {
  if (result > 0) return result;
  const errno = result === 0 ? 'EOF' : errnoName();
  if (mayRepeat(errno)) return 0;
  throw socketError(`${verb} a block`, errno);
}

const isInterruption = (errno: string): boolean => errno === 'EINTR';
const isTemporary = (errno: string): boolean => errno === 'EINTR' || errno === 'EAGAIN';

function openSocket(): number {
  return check(libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'open a TCP socket');
}

function prepare(fd: number, timeoutMs: number): void {
  setInt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  setTimeouts(fd, timeoutMs);
}

function setInt(fd: number, level: number, option: number, value: number): void {
  check(libc.setsockopt(fd, level, option, encodeInt(value), 4), `set socket option ${option}`);
}

/** Also bounds connect (send timeout) and accept (receive timeout). */
function setTimeouts(fd: number, timeoutMs: number): void {
  const timeval = Buffer.alloc(TIMEVAL_BYTES);
  timeval.writeBigInt64LE(BigInt(Math.trunc(timeoutMs / 1000)), 0);
  timeval.writeBigInt64LE(BigInt(Math.round((timeoutMs % 1000) * 1000)), 8);
  for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) {
    check(libc.setsockopt(fd, SOL_SOCKET, option, timeval, TIMEVAL_BYTES), 'set the timeout of a socket');
  }
}

function orClose(fd: number, work: () => void): number {
  try {
    work();
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function check(result: number, what: string): number {
  if (result < 0) throw systemError(what);
  return result;
}

function systemError(what: string): SocketError {
  return socketError(what, errnoName());
}

function errnoName(): string {
  return getSystemErrorName(-libc.lastErrno());
}

function wasInterrupted(): boolean {
  return errnoName() === 'EINTR';
}

function encodeInt(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function encodeAddress({ address, port }: SocketAddress): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.writeUInt32BE(ipv4ToNumber(address), 4);
  return bytes;
}

function format({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}
