// The control elements of NPtcp 3.7's wire protocol as bytes; between them run blocks of free content.
// There is no version and no negotiation: only the repeat count travels, everything else both ends must know.

/** Each end of a point and of a trial begins with it, both write, both read. */
export const SYNC = bytesOf('SyncMe');
/** Ends a run; with -s also every connection. The receiver answers the same. */
export const QUIT = bytesOf('QUIT\0');
/** REP and TIME: one big-endian 32-bit number. */
export const NUMBER_BYTES = 4;

/** Round trips of the smallest block that begin every run, in every mode: the first guess of a block's time. */
export const INTRODUCTION_EXCHANGES = 100;

/** TIME counts in 10 ns. */
const TIME_UNITS_PER_SECOND = 1e8;
const LARGEST_NUMBER = 0xffffffff;

/**
 * What the bytes so far are, when a SYNC or a QUIT may come. `more`: that many bytes are still to be read before it
 * can be told. Ends decide alone when a run is over, so each must expect QUIT wherever SYNC is due.
 */
export type ControlState =
  | { readonly kind: 'sync' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'more'; readonly bytes: number };

export function readControl(received: Uint8Array): ControlState {
  if (equals(received, SYNC)) return { kind: 'sync' };
  if (equals(received, QUIT)) return { kind: 'quit' };
  // QUIT is the shorter one: never ask for more bytes than the peer may have sent.
  for (const element of [QUIT, SYNC]) {
    const missing = element.length - received.length;
    const possible = [QUIT, SYNC].some((other) => equals(received, other.subarray(0, received.length)));
    if (missing > 0 && possible) return { kind: 'more', bytes: missing };
  }
  return { kind: 'mismatch' };
}

/** REP, 0 … 2³²−1. */
export function encodeNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function decodeNumber(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, NUMBER_BYTES).getUint32(0);
}

/** TIME of a block; the longest that fits is 42.9 s. */
export function encodeTime(seconds: number): Uint8Array {
  return encodeNumber(Math.min(Math.round(seconds * TIME_UNITS_PER_SECOND), LARGEST_NUMBER));
}

export function decodeTime(bytes: Uint8Array): number {
  return decodeNumber(bytes) / TIME_UNITS_PER_SECOND;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function equals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
