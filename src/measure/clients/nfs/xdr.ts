// The data of ONC RPC as bytes (XDR, RFC 4506): big-endian words of four bytes, opaque data filled up to whole ones.
// Writing goes into memory of the caller, reading is strict about bounds and padding, so that a reply that is cut short
// or made up ends in a cause and not in wrong numbers.

import { TransferFailure } from '../../causes.ts';

const WORD_BYTES = 4;
const TWO_TO_32 = 2 ** 32;

/** A reply that is not what its protocol says. */
export function malformed(problem: string): TransferFailure {
  return new TransferFailure(`malformed reply: ${problem}`);
}

/** Bytes of opaque data with what fills it up. */
function paddedBytes(lengthBytes: number): number {
  return Math.ceil(lengthBytes / WORD_BYTES) * WORD_BYTES;
}

/** Writes behind one another. What does not fit is a defect of the caller, and throws RangeError. */
export class XdrWriter {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the next item goes. */
  get lengthBytes(): number {
    return this.#at;
  }

  /** Goes on writing there. */
  seek(at: number): void {
    this.#at = at;
  }

  uint32(value: number): void {
    const at = this.#claim(WORD_BYTES);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  /** A whole number of up to 53 bits. */
  uint64(value: number): void {
    this.uint32(Math.floor(value / TWO_TO_32));
    this.uint32(value % TWO_TO_32);
  }

  bool(value: boolean): void {
    this.uint32(value ? 1 : 0);
  }

  /** Without its length, which both sides know. */
  fixedOpaque(data: Uint8Array): void {
    const at = this.#claim(paddedBytes(data.length));
    this.#bytes.set(data, at);
    this.#bytes.fill(0, at + data.length, this.#at);
  }

  opaque(data: Uint8Array): void {
    this.uint32(data.length);
    this.fixedOpaque(data);
  }

  string(text: string): void {
    this.opaque(Buffer.from(text, 'utf8'));
  }

  #claim(lengthBytes: number): number {
    const at = this.#at;
    if (at + lengthBytes > this.#bytes.length) throw new RangeError(`no room for ${lengthBytes} bytes at ${at}`);
    this.#at = at + lengthBytes;
    return at;
  }
}

/** Reads one item after the other. Throws TransferFailure `malformed reply: …`. */
export class XdrReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Not yet read. */
  get leftBytes(): number {
    return this.#bytes.length - this.#at;
  }

  uint32(): number {
    const at = this.#claim(WORD_BYTES);
    const bytes = this.#bytes;
    const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
    return (high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0;
  }

  /** Of up to 53 bits: what is larger is no size or offset of a file that anyone has. */
  uint64(): number {
    const value = this.uint32() * TWO_TO_32 + this.uint32();
    if (!Number.isSafeInteger(value)) throw malformed('a number beyond 2^53');
    return value;
  }

  bool(): boolean {
    const value = this.uint32();
    if (value > 1) throw malformed(`${value} where a boolean has to be`);
    return value === 1;
  }

  /** A view of the bytes, valid as long as the memory is not used again. */
  fixedOpaque(lengthBytes: number): Uint8Array {
    const at = this.#claim(paddedBytes(lengthBytes));
    for (let filler = at + lengthBytes; filler < this.#at; filler++) {
      if (this.#bytes[filler] !== 0) throw malformed('opaque data is not filled up with zeros');
    }
    return this.#bytes.subarray(at, at + lengthBytes);
  }

  /** The same with its length before it. */
  opaque(mostBytes: number): Uint8Array {
    const lengthBytes = this.uint32();
    if (lengthBytes > mostBytes) throw malformed(`${lengthBytes} bytes where at most ${mostBytes} may be`);
    return this.fixedOpaque(lengthBytes);
  }

  skip(lengthBytes: number): void {
    this.#claim(lengthBytes);
  }

  #claim(lengthBytes: number): number {
    const at = this.#at;
    if (at + lengthBytes > this.#bytes.length) throw malformed('it is cut short');
    this.#at = at + lengthBytes;
    return at;
  }
}
