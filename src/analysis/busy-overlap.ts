// Intervals in which servers were at work → how much of that time several of them were, and how the work was split.

/** One piece of work of one server, on a clock that all share. */
export interface BusyInterval {
  readonly server: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface BusyOverlap {
  /** Time in which at least two servers were at work, as a share of that in which at least one was; 0 without any. */
  readonly overlap: number;
  /** Pieces of work of each server, and its share of them. */
  readonly split: ReadonlyMap<string, { readonly count: number; readonly share: number }>;
  /** Time in which at least one was at work. */
  readonly busyMs: number;
}

/** @param servers all there are, also those that had nothing to do */
export function measureOverlap(servers: readonly string[], intervals: readonly BusyInterval[]): BusyOverlap {
  const edges = intervals
    .flatMap(({ server, startMs, endMs }) => [
      { server, atMs: startMs, change: 1 },
      { server, atMs: endMs, change: -1 },
    ])
    // Where one ends and another begins at the same time, none overlaps.
    .toSorted((a, b) => a.atMs - b.atMs || a.change - b.change);
  const working = new Map<string, number>();
  let [busyMs, overlappingMs, lastMs] = [0, 0, 0];
  for (const { server, atMs, change } of edges) {
    const atWork = [...working.values()].filter((count) => count > 0).length;
    if (atWork > 0) busyMs += atMs - lastMs;
    if (atWork > 1) overlappingMs += atMs - lastMs;
    working.set(server, (working.get(server) ?? 0) + change);
    lastMs = atMs;
  }
  const counts = servers.map((server) => [server, intervals.filter((each) => each.server === server).length] as const);
  return {
    overlap: busyMs === 0 ? 0 : overlappingMs / busyMs,
    split: new Map(counts.map(([server, count]) => [server, { count, share: count / Math.max(intervals.length, 1) }])),
    busyMs,
  };
}
