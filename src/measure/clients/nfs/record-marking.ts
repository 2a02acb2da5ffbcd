// RPC messages in a stream of TCP (RFC 5531, section 11): fragments, each behind a word of its length whose highest bit
// says that it is the message's last one. A state machine without I/O.

import { TransferFailure } from '../../causes.ts';

export const RECORD_MARK_BYTES = 4;

const LAST_FRAGMENT = 0x80000000;

/** Of a message that goes out whole, as one fragment. */
export function writeRecordMark(bytes: Uint8Array, at: number, messageBytes: number): void {
  const mark = (messageBytes | LAST_FRAGMENT) >>> 0;
  for (let byte = 0; byte < RECORD_MARK_BYTES; byte++) bytes[at + byte] = mark >>> (24 - 8 * byte);
}

/** Puts one message after the other together again. */
export class RecordReader {
  readonly #message: Uint8Array;
  #messageBytes = 0;
  #mark = 0;
  #markBytes = 0;
  /** Of the present fragment. */
  #leftBytes = 0;
  #isDone = false;

  /** @param mostBytes of a message; a longer one is malformed */
  constructor(mostBytes: number) {
    this.#message = new Uint8Array(mostBytes);
  }

  /** Once a message is whole: a view of it, valid until {@link feed} is called again. */
  get message(): Uint8Array | undefined {
    return this.#isDone ? this.#message.subarray(0, this.#messageBytes) : undefined;
  }

  /** Takes bytes up to the end of a message and returns where it stopped. Throws TransferFailure. */
  feed(bytes: Uint8Array, start: number, end: number): number {
    if (this.#isDone) this.#begin();
    let at = start;
    while (at < end && !this.#isDone) {
      at = this.#markBytes < RECORD_MARK_BYTES ? this.#readMark(bytes, at) : this.#readFragment(bytes, at, end);
    }
    return at;
  }

  #begin(): void {
    this.#messageBytes = 0;
    this.#isDone = false;
    this.#markBytes = 0;
  }

  /** One byte of it. */
  #readMark(bytes: Uint8Array, at: number): number {
    this.#mark = ((this.#mark << 8) | (bytes[at] as number)) >>> 0;
    if (++this.#markBytes === RECORD_MARK_BYTES) {
      this.#leftBytes = (this.#mark & ~LAST_FRAGMENT) >>> 0;
      if (this.#messageBytes + this.#leftBytes > this.#message.length) {
        throw new TransferFailure('malformed reply: longer than what was asked for');
      }
      this.#finishFragmentIfWhole();
    }
    return at + 1;
  }

  #readFragment(bytes: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + this.#leftBytes);
    this.#message.set(bytes.subarray(start, stop), this.#messageBytes);
    this.#messageBytes += stop - start;
    this.#leftBytes -= stop - start;
    this.#finishFragmentIfWhole();
    return stop;
  }

  #finishFragmentIfWhole(): void {
    if (this.#leftBytes > 0) return;
    if (this.#mark >= LAST_FRAGMENT) this.#isDone = true;
    else this.#markBytes = 0;
  }
}
