// How RPC messages go to a server and come back: as datagrams, or as records in a stream. A channel waits at most a
// tick for a message, so that whoever asks can look at the clock.

import type { Ipv4 } from '../../../model/mod.ts';
import {
  allocatePinned,
  closeSocket,
  connectTcp,
  connectUdp,
  errnoNameOf,
  receiveNow,
  type SocketAddress,
  SocketError,
  sendAll,
  sendNow,
  setReceiveTimeout,
} from '../../../system/mod.ts';
import { causeOfErrno, TransferFailure } from '../../causes.ts';
import { RECORD_MARK_BYTES, RecordReader, writeRecordMark } from './record-marking.ts';

export type RpcTransport = 'udp' | 'tcp';

export interface ChannelOptions extends SocketAddress {
  readonly source?: Ipv4 | undefined;
  readonly timeoutMs: number;
  /** How long {@link RpcChannel.receive} waits. */
  readonly tickMs: number;
  /** Of the replies. */
  readonly mostMessageBytes: number;
  /** Replies that may come before one is taken. */
  readonly window: number;
}

/** Where a call is put together: its message begins at {@link HEADROOM_BYTES}, before it is room for a record mark. */
export interface MessageMemory {
  readonly bytes: Uint8Array;
  readonly address: number;
}

export const HEADROOM_BYTES = RECORD_MARK_BYTES;

/** `send` and `receive` throw TransferFailure. */
export interface RpcChannel {
  /** Whether the transport itself sends again what is lost. */
  readonly isReliable: boolean;
  /** The socket. */
  readonly fd: number;
  /** All messages together. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  send(memory: MessageMemory, messageBytes: number): void;
  /** The next message, valid until the next call; undefined when none has come within a tick. */
  receive(): Uint8Array | undefined;
  close(): void;
}

export function openChannel(transport: RpcTransport, options: ChannelOptions): RpcChannel {
  return transport === 'udp' ? new DatagramChannel(options) : new StreamChannel(options);
}

/** Head, handle, attributes: more than all of a message but a file's data. */
export const HEAD_BYTES = 1024;

/** A datagram and the IP and UDP heads fit into 65535 bytes. */
const MOST_DATAGRAM_BYTES = 65_507;
/**
 * Of a datagram that waits, the kernel counts its fragments' buffers: of 1500 bytes each takes 2304 or, where the
 * driver gives whole pages, 4352.
 */
const BUFFER_FACTOR = 3;
const SMALLEST_BUFFER_BYTES = 4096;

/** What the receive buffer of a socket has to hold for so many replies. */
export function bufferBytesFor(mostMessageBytes: number, window: number): number {
  return window * (BUFFER_FACTOR * mostMessageBytes + SMALLEST_BUFFER_BYTES);
}

/** No message has come, but nothing is broken either: a tick is over, or a signal came. */
function isPatient(errno: string): boolean {
  return errno === 'EAGAIN' || errno === 'EINTR';
}

class DatagramChannel implements RpcChannel {
  readonly isReliable = false;
  readonly fd: number;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #buffer = allocatePinned(MOST_DATAGRAM_BYTES);

  constructor(options: ChannelOptions) {
    const { mostMessageBytes, window } = options;
    this.fd = connectUdp({ ...options, receiveBufferBytes: bufferBytesFor(mostMessageBytes, window) });
  }

  send({ address }: MessageMemory, messageBytes: number): void {
    const sent = sendNow(this.fd, address + HEADROOM_BYTES, messageBytes);
    if (sent < 0) throw new TransferFailure(causeOfDatagram(errnoNameOf(sent)));
    this.sentBytes += sent;
  }

  receive(): Uint8Array | undefined {
    const received = receiveNow(this.fd, this.#buffer.address, MOST_DATAGRAM_BYTES);
    if (received < 0) {
      const errno = errnoNameOf(received);
      if (isPatient(errno)) return undefined;
      throw new TransferFailure(causeOfDatagram(errno));
    }
    this.receivedBytes += received;
    return this.#buffer.bytes.subarray(0, received);
  }

  close(): void {
    closeSocket(this.fd);
  }
}

/** Datagrams are not refused by a peer's TCP but by its ICMP. */
function causeOfDatagram(errno: string): string {
  return errno === 'ECONNREFUSED' ? 'port unreachable: nothing listens there' : causeOfErrno(errno);
}

const STREAM_BUFFER_BYTES = 256 * 1024;

class StreamChannel implements RpcChannel {
  readonly isReliable = true;
  readonly fd: number;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #buffer = allocatePinned(STREAM_BUFFER_BYTES);
  readonly #records: RecordReader;
  #at = 0;
  #end = 0;

  constructor(options: ChannelOptions) {
    this.#records = new RecordReader(options.mostMessageBytes);
    this.fd = connectTcp(options);
    setReceiveTimeout(this.fd, options.tickMs);
  }

  send({ bytes, address }: MessageMemory, messageBytes: number): void {
    writeRecordMark(bytes, 0, messageBytes);
    try {
      sendAll(this.fd, address, RECORD_MARK_BYTES + messageBytes);
    } catch (error) {
      if (error instanceof SocketError) throw new TransferFailure(causeOfErrno(error.errno));
      throw error;
    }
    this.sentBytes += RECORD_MARK_BYTES + messageBytes;
  }

  receive(): Uint8Array | undefined {
    for (;;) {
      while (this.#at < this.#end) {
        this.#at = this.#records.feed(this.#buffer.bytes, this.#at, this.#end);
        const { message } = this.#records;
        if (message !== undefined) return message;
      }
      const received = receiveNow(this.fd, this.#buffer.address, STREAM_BUFFER_BYTES);
      if (received === 0) throw new TransferFailure('the server closed the connection');
      if (received < 0) {
        const errno = errnoNameOf(received);
        if (isPatient(errno)) return undefined;
        throw new TransferFailure(causeOfErrno(errno));
      }
      this.#at = 0;
      this.#end = received;
      this.receivedBytes += received;
    }
  }

  close(): void {
    closeSocket(this.fd);
  }
}
