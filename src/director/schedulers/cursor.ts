// Where the schedulers that take turns, rr and wrr, go on when a service's servers change. A cursor counts turns; the
// data plane moves it, and takes it modulo the number of servers (rr) or of rows (wrr).

import type { SchedulerName } from '../../model/mod.ts';
import { changeRequiredWeight, requiredWeightAt, rowOfPass, wrrTableLength } from './wrr.ts';

/** A server as it takes turns: who it is, over all changes, and its weight. In IPVS's order. */
interface TurnTaker {
  readonly id: number;
  readonly weight: number;
}

export interface Turns {
  readonly servers: readonly TurnTaker[];
  /** What it was when these servers came into force. */
  readonly start: number;
  /** What it is now. */
  readonly cursor: number;
}

function weightsOf(servers: readonly TurnTaker[]): number[] {
  return servers.map(({ weight }) => weight);
}

/**
 * The lists through which the kernel would have come from one to the other: it knows single changes alone, each of
 * which moves wrr. First what is removed, then what is edited, then what is added, the oldest first.
 */
function* singleChanges(before: readonly TurnTaker[], after: readonly TurnTaker[]): Generator<readonly TurnTaker[]> {
  const wanted = new Map(after.map((server) => [server.id, server]));
  const known = new Set(before.map(({ id }) => id));
  let list = [...before];
  for (const { id } of before) {
    if (wanted.has(id)) continue;
    list = list.filter((server) => server.id !== id);
    yield list;
  }
  for (const { id, weight } of before) {
    const server = wanted.get(id);
    if (server === undefined || server.weight === weight) continue;
    list = list.map((other) => (other.id === id ? server : other));
    yield list;
  }
  for (const server of after.toReversed()) {
    if (known.has(server.id)) continue;
    list = [server, ...list];
    yield list;
  }
  // Once more for what changed neither list nor weight: a threshold, a method.
  yield after;
}

/** ip_vs_wrr.c keeps the required weight and begins that pass anew. */
function resumeWrr(before: Turns, after: readonly TurnTaker[]): number {
  const weights = weightsOf(before.servers);
  const rows = wrrTableLength(weights);
  const lastRow = before.cursor > before.start ? before.cursor - 1 : before.cursor;
  let required = rows === 0 ? 0 : requiredWeightAt(weights, lastRow % rows);
  for (const servers of singleChanges(before.servers, after)) {
    required = changeRequiredWeight(required, weightsOf(servers));
  }
  return rowOfPass(weightsOf(after), required);
}

/** ip_vs_rr.c points at the server that had the last turn; when that one goes, at the one before it. */
function resumeRr({ servers, cursor }: Turns, after: readonly TurnTaker[]): number {
  const had = servers.length === 0 ? 0 : cursor % servers.length;
  const places = new Map(after.map(({ id }, place) => [id, place]));
  const last = servers.slice(0, had).findLast(({ id }) => places.has(id));
  const place = last === undefined ? undefined : places.get(last.id);
  return place === undefined ? 0 : place + 1;
}

/** The cursor of a new service, to which the servers came one by one. A service that gets another scheduler has 0. */
export function startCursor(scheduler: SchedulerName, servers: readonly TurnTaker[]): number {
  return resumeCursor(scheduler, { servers: [], start: 0, cursor: 0 }, servers);
}

/** The cursor after a server of the service was added, removed or edited. Zero for schedulers that have none. */
export function resumeCursor(scheduler: SchedulerName, before: Turns, after: readonly TurnTaker[]): number {
  if (scheduler === 'rr') return resumeRr(before, after);
  return scheduler === 'wrr' ? resumeWrr(before, after) : 0;
}
