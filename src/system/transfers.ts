// Moving blocks over connected sockets, whole or not at all. The first attempt is one system call and nothing else;
// parts of big blocks, signals and dead peers are dealt with behind it. send and recv, because read and write, which pass
// through the file layer, take 3 % longer for a block of 64 bytes.

import { getSystemErrorName } from 'node:util';
import * as libc from './libc.ts';
import { POLL_FOREVER, POLLIN, POLLOUT, pollOne } from './poll.ts';
import { socketError } from './socket-errors.ts';
import { setTimeouts } from './sockets.ts';

// <bits/socket.h>, <sys/time.h>
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SEND_FLAGS = MSG_NOSIGNAL;
/** Not MSG_WAITALL: taking a block of 1 MB as its parts arrive is faster by 3 % on one CPU, and it makes no difference to a small one. */
const RECEIVE_FLAGS = 0;
const SEND_NOW_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT;
const SIGALRM = 14;
const ITIMER_REAL = 0;
const ITIMERVAL_BYTES = 32;

/** Sends all of it or throws SOCKET_TIMED_OUT, SOCKET_PEER_CLOSED. */
export function sendAll(fd: number, address: number, lengthBytes: number): void {
  const sent = libc.send(fd, address, lengthBytes, SEND_FLAGS);
  if (sent !== lengthBytes) finishSending(fd, address, lengthBytes, sent);
}

/** The same, and tells `look` how much the socket has taken again and again while it waits: after `everyMs` at the latest. */
export function sendAllLooking(
  fd: number,
  address: number,
  lengthBytes: number,
  everyMs: number,
  look: (takenBytes: number) => void,
): void {
  const patience = new Patience('send a block');
  let done = patience.judgeAttempt(libc.send(fd, address, lengthBytes, SEND_NOW_FLAGS));
  while (done < lengthBytes) {
    const ready = pollOne(fd, POLLOUT, everyMs);
    if (ready < 0) patience.judge(ready);
    look(done);
    done += patience.judgeAttempt(libc.send(fd, address + done, lengthBytes - done, SEND_NOW_FLAGS));
  }
}

/** Fills all of it or throws SOCKET_TIMED_OUT, SOCKET_PEER_CLOSED. */
export function receiveAll(fd: number, address: number, lengthBytes: number): void {
  const received = libc.recv(fd, address, lengthBytes, RECEIVE_FLAGS);
  if (received !== lengthBytes) finishReceiving(fd, address, lengthBytes, received);
}

/** What has come, up to `lengthBytes`; 0 when the peer has closed. Throws SOCKET_TIMED_OUT, SOCKET_PEER_CLOSED. */
export function receiveSome(fd: number, address: number, lengthBytes: number): number {
  for (;;) {
    const received = libc.recv(fd, address, lengthBytes, RECEIVE_FLAGS);
    if (received >= 0) return received;
    const errno = getSystemErrorName(-libc.lastErrno());
    if (errno !== 'EINTR') throw socketError('receive', errno);
  }
}

/** Of a socket that does not block: bytes sent, or an errno below zero. Allocates nothing. */
export function sendNow(fd: number, address: number, lengthBytes: number): number {
  const sent = libc.send(fd, address, lengthBytes, SEND_FLAGS);
  return sent < 0 ? -libc.lastErrno() : sent;
}

/** The same of receiving; 0: the peer has closed. */
export function receiveNow(fd: number, address: number, lengthBytes: number): number {
  const received = libc.recv(fd, address, lengthBytes, RECEIVE_FLAGS);
  return received < 0 ? -libc.lastErrno() : received;
}

/**
 * Sends and receives a block of the same length at a time; unlike two calls it can't deadlock with a peer doing so. Only
 * within {@link watchTransfers}, because poll(2) knows nothing of a socket's timeouts.
 */
export function exchangeAll(fd: number, outgoing: number, incoming: number, lengthBytes: number): void {
  const sent = libc.send(fd, outgoing, lengthBytes, SEND_NOW_FLAGS);
  if (sent === lengthBytes) receiveAll(fd, incoming, lengthBytes);
  else finishExchange(fd, outgoing, incoming, lengthBytes, sent);
}

let isWatching = false;
let isListening = false;

/**
 * Runs `work`, whose transfers on `fd` throw SOCKET_TIMED_OUT when nothing has moved for `timeoutMs` to twice that.
 * A socket's own timeout makes the kernel start and stop a timer for every recv that waits, which is 2 % of the time of a
 * 64-byte block; here one timer ticks for all, and a transfer that two ticks have interrupted has stalled.
 */
export function watchTransfers<T>(fd: number, timeoutMs: number, work: () => T): T {
  listenForTicks();
  setTimeouts(fd, 0);
  setTicks(timeoutMs);
  isWatching = true;
  try {
    return work();
  } finally {
    isWatching = false;
    setTicks(0);
    setTimeouts(fd, timeoutMs);
  }
}

/** The listener only keeps SIGALRM from ending the process; what counts is that the system call returns EINTR. */
function listenForTicks(): void {
  if (isListening) return;
  isListening = true;
  process.on('SIGALRM', () => {});
  // libuv has calls restarted after a signal.
  libc.siginterrupt(SIGALRM, 1);
}

/** 0: no more ticks. */
function setTicks(intervalMs: number): void {
  const timer = Buffer.alloc(ITIMERVAL_BYTES);
  for (const offset of [0, 16]) {
    timer.writeBigInt64LE(BigInt(Math.trunc(intervalMs / 1000)), offset);
    timer.writeBigInt64LE(BigInt(Math.round((intervalMs % 1000) * 1000)), offset + 8);
  }
  libc.setitimer(ITIMER_REAL, timer, null);
}

const TICKS_OF_A_STALL = 2;

/** What is left of one transfer, after a first call that has moved `first` bytes (−1: it failed). */
function finishSending(fd: number, address: number, lengthBytes: number, first: number): void {
  const patience = new Patience('send a block');
  let done = patience.judge(first);
  while (done < lengthBytes) done += patience.judge(libc.send(fd, address + done, lengthBytes - done, SEND_FLAGS));
}

function finishReceiving(fd: number, address: number, lengthBytes: number, first: number): void {
  const patience = new Patience('receive a block');
  let done = patience.judge(first);
  while (done < lengthBytes) done += patience.judge(libc.recv(fd, address + done, lengthBytes - done, RECEIVE_FLAGS));
}

function finishExchange(fd: number, outgoing: number, incoming: number, lengthBytes: number, first: number): void {
  const patience = new Patience('exchange a block');
  let sent = patience.judgeAttempt(first);
  let received = 0;
  while (sent < lengthBytes || received < lengthBytes) {
    patience.judge(
      pollOne(fd, (sent < lengthBytes ? POLLOUT : 0) | (received < lengthBytes ? POLLIN : 0), POLL_FOREVER),
    );
    if (sent < lengthBytes) {
      sent += patience.judgeAttempt(libc.send(fd, outgoing + sent, lengthBytes - sent, SEND_NOW_FLAGS));
    }
    if (received < lengthBytes) {
      const address = incoming + received;
      received += patience.judgeAttempt(libc.recv(fd, address, lengthBytes - received, MSG_DONTWAIT));
    }
  }
}

/** Tells the system calls of one transfer that only have to be repeated from those that end it. */
class Patience {
  readonly #what: string;
  #ticks = 0;

  constructor(what: string) {
    this.#what = what;
  }

  /** Bytes that a call has moved; 0 when a signal interrupted it. Throws for every other ending, and for a stall. */
  judge(result: number): number {
    if (result > 0) {
      this.#ticks = 0;
      return result;
    }
    const errno = result === 0 ? 'EOF' : getSystemErrorName(-libc.lastErrno());
    if (errno !== 'EINTR') throw socketError(this.#what, errno);
    if (isWatching && ++this.#ticks >= TICKS_OF_A_STALL) throw socketError(this.#what, 'EAGAIN');
    return 0;
  }

  /** The same of a call that does not wait, and so may have found nothing to do. */
  judgeAttempt(result: number): number {
    return result < 0 && getSystemErrorName(-libc.lastErrno()) === 'EAGAIN' ? 0 : this.judge(result);
  }
}
