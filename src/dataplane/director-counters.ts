// What a director has carried so far, in two figures: whom it gave connections to, and what it dropped.

import { findDataPlane } from './director-plane.ts';

export interface DirectorCounters {
  /** By a realserver's address, of all services. */
  readonly connections: Readonly<Record<string, number>>;
  /** Packets, for whatever reason. */
  readonly drops: number;
}

/** Of the network namespace that we are in; undefined where nothing of ours forwards. Throws DIRECTOR_OTHER_VERSION. */
export function readDirectorCounters(): DirectorCounters | undefined {
  const plane = findDataPlane();
  if (plane === undefined) return undefined;
  try {
    const connections: Record<string, number> = {};
    for (const { entry, counters } of plane.readStatus().flatMap(({ servers }) => servers)) {
      connections[entry.address] = (connections[entry.address] ?? 0) + counters.connections;
    }
    return { connections, drops: [...plane.readDrops().values()].reduce((sum, count) => sum + count, 0) };
  } finally {
    plane.close();
  }
}

/** Between two readings of one director. */
export function directorCountersSince(before: DirectorCounters, after: DirectorCounters): DirectorCounters {
  const connections = Object.entries(after.connections).map(
    ([server, count]) => [server, count - (before.connections[server] ?? 0)] as const,
  );
  return { connections: Object.fromEntries(connections), drops: after.drops - before.drops };
}
