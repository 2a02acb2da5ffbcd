// One TCP connection between two netpipes: its block buffer and the control elements of the protocol.

import {
  allocatePinned,
  closeSocket,
  type PinnedMemory,
  receiveAll,
  SocketError,
  sendAll,
  watchTransfers,
} from '../../system/mod.ts';
import { notNetpipeError } from '../errors.ts';
import {
  decodeNumber,
  decodeTime,
  decodeWindow,
  encodeNumber,
  encodeTime,
  encodeWindow,
  NUMBER_BYTES,
  QUIT,
  readControl,
  SYNC,
  WINDOW,
  type WindowVisit,
} from './wire.ts';

/** The filler of NPtcp's blocks. Written once, so that no block is sent from the kernel's page of zeros. */
const FILLER = 'a'.charCodeAt(0);

type SendAll = (fd: number, address: number, lengthBytes: number) => void;

/** Of the longest control element: the two numbers of a window. */
const CONTROL_BYTES = 2 * NUMBER_BYTES;

export class NetpipeLink {
  readonly fd: number;
  readonly #control: PinnedMemory = allocatePinned(CONTROL_BYTES);
  #block: PinnedMemory = allocateBlock(0);
  readonly #timeoutMs: number;
  #isOpen = true;

  /** Takes over the connected socket `fd`. When nothing moves for `timeoutMs`, whatever is waiting throws. */
  constructor(fd: number, timeoutMs: number) {
    this.fd = fd;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs one of the loops of exchange.ts. */
  transfer<T>(loop: () => T): T {
    return watchTransfers(this.fd, this.#timeoutMs, loop);
  }

  /** Address of a buffer for one block, sent from and received into as NPtcp does. Valid until a bigger one is asked for. */
  blockAddress(sizeBytes: number): number {
    if (sizeBytes > this.#block.bytes.length) this.#block = allocateBlock(sizeBytes);
    return this.#block.address;
  }

  /** Says SYNC and awaits the peer's. Throws NETPIPE_PEER_MISMATCH also for a QUIT. */
  synchronise(): void {
    this.sendSync();
    this.awaitSync();
  }

  /** Throws NETPIPE_PEER_MISMATCH also for a QUIT. */
  awaitSync(): void {
    const control = this.receiveControl();
    if (control !== 'sync') throw notNetpipeError(control === 'quit' ? QUIT : WINDOW);
  }

  /** Announces a window to a receiver that has said SYNC. */
  sendWindow(visit: WindowVisit): void {
    this.#send(WINDOW);
    this.#send(encodeWindow(visit));
  }

  sendSync(): void {
    this.#send(SYNC);
  }

  /** `send` as sendAll, which it is by default. */
  sendRepeats(repeats: number, send: SendAll = sendAll): void {
    this.#send(encodeNumber(repeats), send);
  }

  /** Of one block, as the receiver saw it. */
  sendTime(seconds: number): void {
    this.#send(encodeTime(seconds));
  }

  /** Waits for a SYNC; or for a QUIT, which any end may send instead; or for a window. Throws NETPIPE_PEER_MISMATCH. */
  receiveControl(): 'sync' | 'quit' | 'window' {
    let length = 0;
    for (;;) {
      const received = this.#control.bytes.subarray(0, length);
      const state = readControl(received);
      if (state.kind === 'mismatch') throw notNetpipeError(received);
      if (state.kind !== 'more') return state.kind;
      try {
        receiveAll(this.fd, this.#control.address + length, state.bytes);
      } catch (error) {
        if (length === QUIT.length && hasPeerClosed(error)) return 'quit';
        throw error;
      }
      length += state.bytes;
    }
  }

  receiveRepeats(): number {
    return decodeNumber(this.#receive(NUMBER_BYTES));
  }

  /** What follows the announcement of a window. Throws NETPIPE_PEER_MISMATCH for what none can have. */
  receiveWindow(): WindowVisit {
    const bytes = this.#receive(2 * NUMBER_BYTES);
    const visit = decodeWindow(bytes);
    if (visit === undefined) throw notNetpipeError(bytes);
    return visit;
  }

  receiveTime(): number {
    return decodeTime(this.#receive(NUMBER_BYTES));
  }

  /** The receiver's part of ending, after a QUIT. A peer that waits for no answer may have gone. */
  answerQuit(): void {
    ignoringSocketErrors(() => this.#send(QUIT));
    this.close();
  }

  /** The transmitter's part of ending: the answer is read and not judged, because a peer may be saying SYNC just then. */
  quit(): void {
    ignoringSocketErrors(() => {
      this.#send(QUIT);
      this.#receive(QUIT.length);
    });
    this.close();
  }

  /** Can be called again. */
  close(): void {
    if (this.#isOpen) closeSocket(this.fd);
    this.#isOpen = false;
  }

  #send(bytes: Uint8Array, send: SendAll = sendAll): void {
    this.#control.bytes.set(bytes);
    send(this.fd, this.#control.address, bytes.length);
  }

  #receive(lengthBytes: number): Uint8Array {
    receiveAll(this.fd, this.#control.address, lengthBytes);
    return this.#control.bytes.subarray(0, lengthBytes);
  }
}

/**
 * NPtcp as receiver, when it has ended alone, takes five bytes for a QUIT, whatever they are, answers them as they came
 * and closes: to a SYNC it says `SyncM` and no more.
 */
function hasPeerClosed(error: unknown): boolean {
  return error instanceof SocketError && error.code === 'SOCKET_PEER_CLOSED';
}

function allocateBlock(sizeBytes: number): PinnedMemory {
  const block = allocatePinned(sizeBytes);
  block.bytes.fill(FILLER);
  return block;
}

/** For the last words on a connection: whatever the peer does instead of listening, it is over. */
function ignoringSocketErrors(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
  }
}
