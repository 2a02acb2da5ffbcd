// Many requests at once from one thread: each connection sends, waits and receives by itself, edge-triggered. In the loop
// nothing is allocated for a request that goes well, and three system calls are made for it: send, epoll_wait (one
// for all that are ready) and recv.

import {
  allocatePinned,
  Connector,
  closeSocket,
  Epoll,
  errnoNameOf,
  type PinnedMemory,
  pinBytes,
  READY,
  receiveNow,
  sendNow,
  socketProblem,
} from '../../../system/mod.ts';
import {
  causeOfErrno,
  PAUSE_AFTER_FAILURE_MS,
  TIMED_OUT_CONNECTING,
  TIMED_OUT_RECEIVING,
  TIMED_OUT_WAITING,
} from '../../causes.ts';
import { TransferRecord } from '../../transfer-record.ts';
import { BYTES_AFTER_REPLY, causeOfClosing, causeOfReply } from './failure.ts';
import type { HttpRunOptions, HttpRunResult } from './options.ts';
import { Pacer } from './pacer.ts';
import { ReplyParser } from './reply-parser.ts';
import { encodeRequest } from './request.ts';

/** A reply of 64 MB comes in so large parts, which the CPU's cache still holds. */
const RECEIVE_BYTES = 256 * 1024;

/** How often it is looked for connections that stand still or wait to be opened again. */
const CARE_MS = 20;

const MALFORMED_TEXT_BYTES = 512;

/** ended: its reply has come, and it has not gone on yet. */
type Phase = 'closed' | 'connecting' | 'idle' | 'waiting' | 'ended';

class Connection {
  readonly token: number;
  readonly parser = new ReplyParser();
  fd = -1;
  phase: Phase = 'closed';
  /** When its request was sent, or was meant to be. */
  startMs = 0;
  /** When anything last happened; of a closed one, when it may be opened. */
  changedMs = 0;
  requestsLeft = 0;

  constructor(token: number) {
    this.token = token;
  }
}

/** Runs for the time that the options say, and returns what came of it. Throws SOCKET_FAILED without epoll. */
export function runConcurrent(options: HttpRunOptions): HttpRunResult {
  const run = new ConcurrentRun(options);
  try {
    return run.run();
  } finally {
    run.close();
  }
}

class ConcurrentRun {
  readonly #options: HttpRunOptions;
  readonly #connector: Connector;
  readonly #epoll = new Epoll();
  readonly #connections: readonly Connection[];
  readonly #request: PinnedMemory;
  readonly #lastRequest: PinnedMemory;
  readonly #buffer = allocatePinned(RECEIVE_BYTES);
  readonly #pacer: Pacer | undefined;
  readonly #idle: Connection[] = [];
  readonly #ended: Connection[] = [];
  readonly #record: TransferRecord;
  readonly #beganMs = performance.now();
  readonly #endMs: number;
  #opened = 0;
  #worstLagMs = 0;
  #malformed: string | undefined;

  constructor(options: HttpRunOptions) {
    this.#options = options;
    this.#connector = new Connector(options);
    this.#connections = Array.from({ length: options.connections }, (_, token) => new Connection(token));
    this.#request = pinBytes(encodeRequest(options, false));
    this.#lastRequest = pinBytes(encodeRequest(options, true));
    this.#record = new TransferRecord(this.#beganMs);
    this.#endMs = this.#beganMs + options.seconds * 1000;
    this.#pacer = options.ratePerSecond === undefined ? undefined : new Pacer(this.#beganMs, options.ratePerSecond);
  }

  run(): HttpRunResult {
    for (const connection of this.#connections) this.#open(connection, this.#beganMs);
    let nowMs = performance.now();
    let careMs = nowMs + CARE_MS;
    while (nowMs < this.#endMs) {
      const count = this.#epoll.wait(this.#patienceMs(nowMs, careMs));
      for (let event = 0; event < count; event++) {
        const connection = this.#connections[this.#epoll.token(event)];
        if (connection !== undefined) this.#attend(connection, this.#epoll.readiness(event));
      }
      this.#goOn();
      nowMs = performance.now();
      if (this.#pacer !== undefined) this.#sendDue(this.#pacer, nowMs);
      if (nowMs >= careMs) {
        this.#care(nowMs);
        careMs = nowMs + CARE_MS;
      }
    }
    return {
      ...this.#record.finish(nowMs),
      connectionsOpened: this.#opened,
      worstLagMs: this.#worstLagMs,
      ...(this.#malformed === undefined ? {} : { malformed: this.#malformed }),
    };
  }

  close(): void {
    for (const { fd } of this.#connections) if (fd >= 0) closeSocket(fd);
    this.#epoll.close();
  }

  /** Whole ms until something is to be done without an event; less than one is waited for by asking again. */
  #patienceMs(nowMs: number, careMs: number): number {
    const dueMs = this.#pacer === undefined || this.#idle.length === 0 ? careMs : Math.min(careMs, this.#pacer.nextMs);
    return Math.max(0, Math.floor(Math.min(dueMs, this.#endMs) - nowMs));
  }

  #open(connection: Connection, nowMs: number): void {
    const fd = this.#connector.start();
    connection.changedMs = nowMs;
    if (fd < 0) {
      this.#record.fail(causeOfErrno(errnoNameOf(fd)));
      connection.changedMs = nowMs + PAUSE_AFTER_FAILURE_MS;
      return;
    }
    this.#opened++;
    connection.fd = fd;
    connection.phase = 'connecting';
    connection.requestsLeft = this.#options.requestsPerConnection;
    // A connection for each request is part of that request's time.
    connection.startMs = nowMs;
    this.#epoll.add(fd, connection.token);
  }

  #attend(connection: Connection, readiness: number): void {
    // An event of a socket that has been closed since the kernel reported it.
    if (connection.fd < 0) return;
    if (connection.phase === 'connecting') {
      if ((readiness & READY.failed) !== 0) {
        this.#failBy(connection, socketProblem(connection.fd));
        return;
      }
      if ((readiness & READY.writable) === 0) return;
      this.#startFirst(connection);
      return;
    }
    if ((readiness & (READY.readable | READY.failed)) !== 0)
      this.#receive(connection, (readiness & READY.closed) !== 0);
  }

  #startFirst(connection: Connection): void {
    const isTimed = this.#options.requestsPerConnection === 1;
    if (this.#pacer !== undefined) this.#rest(connection);
    else this.#send(connection, isTimed ? connection.startMs : performance.now());
  }

  /** Waits for its next turn. */
  #rest(connection: Connection): void {
    connection.phase = 'idle';
    this.#idle.push(connection);
  }

  #sendDue(pacer: Pacer, nowMs: number): void {
    while (pacer.nextMs <= nowMs) {
      const connection = this.#idle.pop();
      if (connection === undefined) return;
      if (connection.phase !== 'idle') continue;
      const dueMs = pacer.take();
      this.#worstLagMs = Math.max(this.#worstLagMs, nowMs - dueMs);
      this.#send(connection, dueMs);
    }
  }

  #send(connection: Connection, startMs: number): void {
    connection.requestsLeft--;
    const request = connection.requestsLeft === 0 ? this.#lastRequest : this.#request;
    connection.phase = 'waiting';
    connection.startMs = startMs;
    connection.changedMs = startMs;
    connection.parser.begin();
    const sent = sendNow(connection.fd, request.address, request.bytes.length);
    // So few bytes fit into any empty buffer: part of them is a failure as well.
    if (sent !== request.bytes.length) this.#failBy(connection, sent);
  }

  #receive(connection: Connection, hasClosed: boolean): void {
    const { parser, fd } = connection;
    for (;;) {
      const count = receiveNow(fd, this.#buffer.address, RECEIVE_BYTES);
      if (count > 0) {
        if (connection.phase === 'idle') {
          this.#fail(connection, BYTES_AFTER_REPLY, performance.now());
          return;
        }
        const end = parser.feed(this.#buffer.bytes, 0, count);
        if (parser.isDone || parser.isMalformed) {
          this.#finish(connection, end < count);
          return;
        }
        if (count < RECEIVE_BYTES && !hasClosed) {
          connection.changedMs = performance.now();
          return;
        }
      } else if (count === 0) {
        this.#closedByPeer(connection);
        return;
      } else {
        const errno = errnoNameOf(count);
        if (errno !== 'EAGAIN' && errno !== 'EINTR') this.#failBy(connection, count);
        if (errno !== 'EINTR') return;
      }
    }
  }

  #closedByPeer(connection: Connection): void {
    if (connection.phase === 'idle') {
      this.#reopen(connection, performance.now());
    } else if (connection.parser.close()) {
      this.#finish(connection, false);
    } else {
      this.#fail(connection, causeOfClosing(connection.parser), performance.now());
    }
  }

  /** The reply has ended, one way or the other. */
  #finish(connection: Connection, hasMore: boolean): void {
    const { parser } = connection;
    const nowMs = performance.now();
    const cause =
      hasMore && !parser.isMalformed ? BYTES_AFTER_REPLY : causeOfReply(parser, this.#options.expectedBytes);
    if (cause !== undefined) {
      if (parser.isMalformed) this.#keep(parser);
      this.#fail(connection, cause, nowMs);
      return;
    }
    if (nowMs <= this.#endMs) {
      this.#record.succeed(connection.startMs, nowMs, parser.bodyBytes, parser.wireBytes);
    }
    connection.phase = 'ended';
    this.#ended.push(connection);
  }

  /**
   * Only when all that has come is read: no reply's time has another's request in it, and the server gets its requests at
   * once, which lets it do more with each look.
   */
  #goOn(): void {
    for (const connection of this.#ended) {
      const nowMs = performance.now();
      if (connection.requestsLeft === 0 || !connection.parser.keepsAlive) this.#reopen(connection, nowMs);
      else if (this.#pacer === undefined) this.#send(connection, nowMs);
      else this.#rest(connection);
    }
    this.#ended.length = 0;
  }

  #keep(parser: ReplyParser): void {
    this.#malformed ??= Buffer.from(parser.malformedBytes).toString('latin1', 0, MALFORMED_TEXT_BYTES);
  }

  #failBy(connection: Connection, negativeErrno: number): void {
    const cause = negativeErrno < 0 ? causeOfErrno(errnoNameOf(negativeErrno)) : 'request sent in part';
    this.#fail(connection, cause, performance.now());
  }

  #fail(connection: Connection, cause: string, nowMs: number): void {
    this.#record.fail(cause);
    this.#shut(connection);
    connection.changedMs = nowMs + PAUSE_AFTER_FAILURE_MS;
  }

  #shut(connection: Connection): void {
    if (connection.fd >= 0) closeSocket(connection.fd);
    connection.fd = -1;
    connection.phase = 'closed';
  }

  #reopen(connection: Connection, nowMs: number): void {
    this.#shut(connection);
    if (nowMs < this.#endMs) this.#open(connection, nowMs);
  }

  /** What has stood still for too long fails; what has failed is tried again. */
  #care(nowMs: number): void {
    for (const connection of this.#connections) {
      if (connection.phase === 'closed') {
        if (nowMs >= connection.changedMs) this.#open(connection, nowMs);
      } else if (connection.phase !== 'idle' && nowMs - connection.changedMs > this.#options.timeoutMs) {
        this.#fail(connection, causeOfStandstill(connection), nowMs);
      }
    }
  }
}

function causeOfStandstill({ phase, parser }: Connection): string {
  if (phase === 'connecting') return TIMED_OUT_CONNECTING;
  return parser.hasBegun ? TIMED_OUT_RECEIVING : TIMED_OUT_WAITING;
}
