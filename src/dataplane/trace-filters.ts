// The tracer as a tc filter, where the director is one: before it. A shell waits for the end of this process, so that the
// filters go however it ends; until then the tracer's deadline keeps it from doing anything.

import { type LineProcess, runCommand, startLineProcess } from '../system/mod.ts';
import { traceFailed } from './errors.ts';
import { type FilterPlace, listFilters, removeFilter, setFilter, TRACER_PRIORITY } from './tc-filters.ts';
import type { AttachPoint } from './tcx.ts';

export interface TracePlace {
  readonly device: string;
  readonly ifindex: number;
  readonly point: AttachPoint;
}

/** What makes it ours alone: a shell of an earlier process that has been killed may be late. */
const HANDLE = 0x4c560000 + (process.pid & 0xffff);

function filterAt({ ifindex, point }: TracePlace): FilterPlace {
  return { ifindex, point, handle: HANDLE, priority: TRACER_PRIORITY };
}

/** Throws TRACE_FAILED. */
export function addTracerFilter(fd: number, place: TracePlace): void {
  const errno = setFilter(fd, filterAt(place));
  if (errno !== 0) throw traceFailed(`trace on ${place.device}`, errno);
}

/** One that has gone, with its NIC or otherwise, is left alone. */
export function removeTracerFilter(place: TracePlace): void {
  removeFilter(filterAt(place));
}

function deleteCommand({ device, point }: Omit<TracePlace, 'ifindex'>, handle: string): readonly string[] {
  const at = ['dev', device, point, 'protocol', 'all', 'prio', String(TRACER_PRIORITY)];
  return ['tc', 'filter', 'delete', ...at, 'handle', handle, 'bpf'];
}

/** Takes away what a tracer has left whose process was killed together with its shell. */
export function removeLeftFilters(device: string, ifindex: number): void {
  for (const point of ['ingress', 'egress'] as const) {
    for (const { options: shown } of listFilters(device, ifindex, point, TRACER_PRIORITY)) {
      if (shown?.handle === undefined || !/^trace_(in|e)gress/.test(shown.bpf_name ?? '')) continue;
      runCommand(deleteCommand({ device, point }, shown.handle), { allowFailure: true });
    }
  }
}

/** Reads until its standard input ends, which it does with the process that holds the other end. */
const GUARD = 'trap "" INT TERM HUP; cat > /dev/null; while [ $# -gt 0 ]; do $1; shift; done 2> /dev/null';

/** A shell that takes the filters away when this process has ended; ending its input makes it do so at once. */
export function guardTracerFilters(places: readonly TracePlace[]): LineProcess {
  const commands = places.map((place) => deleteCommand(place, `0x${HANDLE.toString(16)}`).join(' '));
  return startLineProcess(['sh', '-c', GUARD, 'sh', ...commands], { onLine: () => {} });
}
