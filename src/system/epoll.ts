// Many sockets in one thread without an event loop between them and the code that waits: epoll(7), edge-triggered, each
// socket entered once for its whole life. Nothing is allocated for a wait or an event.

import { getSystemErrorName } from 'node:util';
import * as libc from './libc.ts';
import { allocatePinned } from './pinned-memory.ts';
import { socketError } from './socket-errors.ts';

// <sys/epoll.h>
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLLERR = 8;
const EPOLLHUP = 0x10;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 1 << 31;

/** struct epoll_event is packed on x86-64 alone. */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EVENT_WORDS = EVENT_BYTES / 4;
const TOKEN_WORD = EVENT_WORDS - 2;

const EVENTS_AT_ONCE = 512;

/** What has happened to a socket. */
export const READY = {
  failed: EPOLLERR | EPOLLHUP,
  readable: EPOLLIN | EPOLLRDHUP,
  writable: EPOLLOUT,
  /** The peer has closed: its last bytes are there, and after them the end, of which no other event tells. */
  closed: EPOLLRDHUP | EPOLLHUP,
} as const;

export class Epoll {
  readonly #fd: number;
  readonly #memory = allocatePinned(EVENTS_AT_ONCE * EVENT_BYTES);
  readonly #words = new Int32Array(
    this.#memory.bytes.buffer,
    this.#memory.bytes.byteOffset,
    EVENTS_AT_ONCE * EVENT_WORDS,
  );
  readonly #entry = allocatePinned(EVENT_BYTES);
  readonly #entryWords = new Int32Array(this.#entry.bytes.buffer, this.#entry.bytes.byteOffset, EVENT_WORDS);

  /** Throws SOCKET_FAILED. */
  constructor() {
    this.#fd = libc.epollCreate(EPOLL_CLOEXEC);
    if (this.#fd < 0) throw socketError('wait for many sockets', getSystemErrorName(-libc.lastErrno()));
    this.#entryWords[0] = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  }

  /** Watches a socket until it is closed; its events bear `token`. Throws SOCKET_FAILED. */
  add(fd: number, token: number): void {
    this.#entryWords[TOKEN_WORD] = token;
    if (libc.epollControl(this.#fd, EPOLL_CTL_ADD, fd, this.#entry.address) < 0) {
      throw socketError('watch a socket', getSystemErrorName(-libc.lastErrno()));
    }
  }

  /** Waits for events, at most `timeoutMs`. Returns how many there are; of a signal, 0. */
  wait(timeoutMs: number): number {
    const count = libc.epollWait(this.#fd, this.#memory.address, EVENTS_AT_ONCE, timeoutMs);
    return Math.max(count, 0);
  }

  /** Of one of the events that {@link wait} has counted. */
  token(event: number): number {
    return this.#words[event * EVENT_WORDS + TOKEN_WORD] as number;
  }

  /** Bits of {@link READY}. */
  readiness(event: number): number {
    return this.#words[event * EVENT_WORDS] as number;
  }

  close(): void {
    libc.close(this.#fd);
  }
}
