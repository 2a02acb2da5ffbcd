// Not through the director: connections that were made and that the director has not counted. Everything then looks healthy,
// and fast, because what was measured is no virtual server.
//
// Nine tenths of the connections must be in the director's count. False alarms: none, as both are exact counts over the same
// time, and others' connections only add to the second. A tenth of slack is for counts that are not read at one moment;
// connections that failed before the director saw them must be left out.

export interface CountedConnections {
  /** That came about at the client. */
  readonly made: number;
  /** That the director counted meanwhile. */
  readonly counted: number;
}

export interface Bypass {
  /** Of the connections, those that the director has not seen. */
  readonly missingShare: number;
}

const LEAST_COUNTED_SHARE = 0.9;

/** Undefined where the director has carried them, or none was made. */
export function findBypass({ made, counted }: CountedConnections): Bypass | undefined {
  if (made === 0 || counted >= LEAST_COUNTED_SHARE * made) return undefined;
  return { missingShare: 1 - counted / made };
}
