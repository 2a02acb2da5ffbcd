// The control elements of NPtcp 3.7's wire protocol as bytes; between them run blocks of free content.
// There is no version and no negotiation: only the repeat count travels, everything else both ends must know.

/** Each end of a point and of a trial begins with it, both write, both read. */
export const SYNC = bytesOf('SyncMe');
/** Ends a run; with -s also every connection. The receiver answers the same. */
export const QUIT = bytesOf('QUIT\0');
/** Instead of a transmitter's first SYNC: a window, of whose mode and block size two numbers tell. Ours alone. */
export const WINDOW = bytesOf('Window');
/** REP and TIME: one big-endian 32-bit number. */
export const NUMBER_BYTES = 4;

/** Round trips of the smallest block that begin every run, in every mode: the first guess of a block's time. */
export const INTRODUCTION_EXCHANGES = 100;

/** TIME counts in 10 ns. */
const TIME_UNITS_PER_SECOND = 1e8;
const LARGEST_NUMBER = 0xffffffff;

/** Blocks to and fro, or one way. */
export const WINDOW_MODES = ['twoway', 'stream'] as const;

/** What of a window goes over the wire: when it is, only the transmitter knows. */
export interface WindowVisit {
  readonly sizeBytes: number;
  readonly mode: (typeof WINDOW_MODES)[number];
}

/** No netpipe has larger blocks: more is not ours. */
const LARGEST_BLOCK_BYTES = 2 ** 27;

/**
 * What the bytes so far are, when a SYNC or a QUIT may come. `more`: that many bytes are still to be read before it
 * can be told. Ends decide alone when a run is over, so each must expect QUIT wherever SYNC is due; a window is due only at
 * the beginning of a connection.
 */
export type ControlState =
  | { readonly kind: 'sync' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'window' }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'more'; readonly bytes: number };

export function readControl(received: Uint8Array): ControlState {
  if (equals(received, SYNC)) return { kind: 'sync' };
  if (equals(received, QUIT)) return { kind: 'quit' };
  if (equals(received, WINDOW)) return { kind: 'window' };
  // QUIT is the shorter one: never ask for more bytes than the peer may have sent.
  for (const element of ELEMENTS) {
    const missing = element.length - received.length;
    const possible = ELEMENTS.some((other) => equals(received, other.subarray(0, received.length)));
    if (missing > 0 && possible) return { kind: 'more', bytes: missing };
  }
  return { kind: 'mismatch' };
}

const ELEMENTS = [QUIT, SYNC, WINDOW];

/** REP, 0 … 2³²−1. */
export function encodeNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function decodeNumber(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, NUMBER_BYTES).getUint32(0);
}

/** What follows the announcement of a window. */
export function encodeWindow({ sizeBytes, mode }: WindowVisit): Uint8Array {
  return Uint8Array.of(...encodeNumber(WINDOW_MODES.indexOf(mode)), ...encodeNumber(sizeBytes));
}

/** Undefined of what no window can have. */
export function decodeWindow(bytes: Uint8Array): WindowVisit | undefined {
  const mode = WINDOW_MODES[decodeNumber(bytes.subarray(0, NUMBER_BYTES))];
  const sizeBytes = decodeNumber(bytes.subarray(NUMBER_BYTES));
  return mode === undefined || sizeBytes < 1 || sizeBytes > LARGEST_BLOCK_BYTES ? undefined : { sizeBytes, mode };
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
