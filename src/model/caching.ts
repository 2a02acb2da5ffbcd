// Caching: files that came without crossing the wire. The paper's second read by NFS ran at 300 Mbit/s on a 100 Mbit/s wire.
//
// What was received must be 0.9 of what was read at least. False alarms: none, as both are exact counts, and headers only add
// to the first; a service that compresses is flagged, and rightly, because its throughput is not the wire's either.

export interface TransferredBytes {
  /** What the reader was given. */
  readonly payloadBytes: number;
  /** What came in over the network for it. */
  readonly wireBytes: number;
}

export interface Caching {
  /** Of the payload, what did not cross the wire. */
  readonly cachedShare: number;
}

const LEAST_WIRE_SHARE = 0.9;

/** Undefined where everything crossed the wire, or nothing was read. */
export function findCaching({ payloadBytes, wireBytes }: TransferredBytes): Caching | undefined {
  if (payloadBytes === 0 || wireBytes >= LEAST_WIRE_SHARE * payloadBytes) return undefined;
  return { cachedShare: 1 - wireBytes / payloadBytes };
}
