// One request after the other, as the paper's ptester: the thread waits in recv itself, so that nothing stands between
// the reply and the clock but one system call.

import {
  allocatePinned,
  closeSocket,
  connectTcp,
  type PinnedMemory,
  pauseThread,
  pinBytes,
  receiveSome,
  SocketError,
  sendAll,
} from '../../../system/mod.ts';
import { causeOfErrno, PAUSE_AFTER_FAILURE_MS, TIMED_OUT_RECEIVING } from '../../causes.ts';
import { TransferRecord } from '../../transfer-record.ts';
import { BYTES_AFTER_REPLY, causeOfClosing, causeOfReply } from './failure.ts';
import type { HttpRunOptions, HttpRunResult } from './options.ts';
import { ReplyParser } from './reply-parser.ts';
import { encodeRequest } from './request.ts';

const RECEIVE_BYTES = 256 * 1024;

/** Runs for the time that the options say, with one connection at a time. Failures are counted, not thrown. */
export function runSerial(options: HttpRunOptions): HttpRunResult {
  const { seconds, commonWindow, most = Number.POSITIVE_INFINITY, prepare } = options;
  const client = new SerialClient(options);
  const beganMs = performance.now();
  const endMs = beganMs + seconds * 1000;
  const record = new TransferRecord(beganMs, commonWindow);
  // A connection for each request is part of that request's time, one that is kept of none.
  const isKept = options.requestsPerConnection > 1;
  let nowMs = beganMs;
  for (let tried = 0; tried < most && nowMs < endMs; tried++) {
    if (prepare !== undefined) {
      prepare();
      nowMs = performance.now();
    }
    let cause = isKept ? client.connect() : undefined;
    const startMs = isKept ? performance.now() : nowMs;
    cause ??= client.request();
    nowMs = performance.now();
    if (cause === undefined) {
      record.succeed(startMs, nowMs, client.parser.bodyBytes, client.parser.wireBytes);
    } else {
      record.fail(cause);
      pauseThread(PAUSE_AFTER_FAILURE_MS);
      nowMs = performance.now();
    }
    if (client.isWornOut) client.close();
  }
  client.close();
  return {
    ...record.finish(nowMs),
    connectionsOpened: client.opened,
    worstLagMs: 0,
    ...(client.malformed === undefined ? {} : { malformed: client.malformed }),
  };
}

/** One request, whatever the options say of time: to see what is there, and to have it read into memory there. */
export function requestOnce(options: HttpRunOptions): string | undefined {
  const client = new SerialClient(options);
  const cause = client.request();
  client.close();
  return cause;
}

class SerialClient {
  readonly parser = new ReplyParser();
  opened = 0;
  malformed: string | undefined;
  readonly #options: HttpRunOptions;
  readonly #request: PinnedMemory;
  readonly #lastRequest: PinnedMemory;
  readonly #buffer = allocatePinned(RECEIVE_BYTES);
  #fd = -1;
  #requestsLeft = 0;

  constructor(options: HttpRunOptions) {
    this.#options = options;
    this.#request = pinBytes(encodeRequest(options, false));
    this.#lastRequest = pinBytes(encodeRequest(options, true));
  }

  /** Whether the next request wants a new connection. */
  get isWornOut(): boolean {
    return this.#requestsLeft === 0 || !this.parser.keepsAlive;
  }

  /** Makes a connection unless there is one. Returns why that failed. */
  connect(): string | undefined {
    try {
      if (this.#fd < 0) this.#open();
      return undefined;
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      return causeOfErrno(error.errno);
    }
  }

  /** Sends a request, on a new connection if need be, and reads its reply. Returns why that failed. */
  request(): string | undefined {
    try {
      if (this.#fd < 0) this.#open();
      this.#requestsLeft--;
      const request = this.#requestsLeft === 0 ? this.#lastRequest : this.#request;
      this.parser.begin();
      sendAll(this.#fd, request.address, request.bytes.length);
      const cause = this.#receive();
      if (cause !== undefined) this.close();
      return cause;
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      const hasBegun = this.#fd >= 0 && this.parser.hasBegun;
      this.close();
      return hasBegun && error.errno === 'EAGAIN' ? TIMED_OUT_RECEIVING : causeOfErrno(error.errno);
    }
  }

  close(): void {
    if (this.#fd >= 0) closeSocket(this.#fd);
    this.#fd = -1;
  }

  #open(): void {
    this.parser.begin();
    this.#fd = connectTcp(this.#options);
    this.opened++;
    this.#requestsLeft = this.#options.requestsPerConnection;
  }

  #receive(): string | undefined {
    const { parser } = this;
    while (!parser.isDone && !parser.isMalformed) {
      const count = receiveSome(this.#fd, this.#buffer.address, RECEIVE_BYTES);
      if (count === 0) {
        if (parser.close()) break;
        return causeOfClosing(parser);
      }
      const end = parser.feed(this.#buffer.bytes, 0, count);
      if (parser.isDone && end < count) return BYTES_AFTER_REPLY;
    }
    if (parser.isMalformed) this.malformed ??= Buffer.from(parser.malformedBytes).toString('latin1');
    return causeOfReply(parser, this.#options.expectedBytes);
  }
}
