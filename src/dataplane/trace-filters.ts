// Where the tracer stands on a NIC: a tc filter before the director's. A shell waits for the end of this process, so that
// the filters go however it ends; until then the tracer's deadline keeps it from doing anything.

import { constants } from 'node:os';
import { interfaceIndex, type LineProcess, runCommand, startLineProcess } from '../system/mod.ts';
import { traceFailed } from './errors.ts';
import { lastErrno, libbpf, TC_HOOK_BYTES, TC_OPTS_BYTES } from './libbpf.ts';
import { ATTACH_POINTS, type AttachPoint } from './program.ts';

/** The director's is 100: filters of the user's come before both. */
const PRIORITY = 99;

const { ENODEV } = constants.errno;

export interface TracePlace {
  readonly device: string;
  readonly point: AttachPoint;
}

/** What makes it ours alone: a shell of an earlier process that has been killed may be late. */
const HANDLE = 0x4c560000 + (process.pid & 0xffff);

function hookOf({ device, point }: TracePlace): object {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) throw traceFailed(`trace on ${device}`, ENODEV);
  return { sz: TC_HOOK_BYTES, ifindex, attach_point: ATTACH_POINTS[point], parent: 0 };
}

function options(fd: number): object {
  return { sz: TC_OPTS_BYTES, prog_fd: fd, flags: 0, prog_id: 0, handle: HANDLE, priority: PRIORITY };
}

/** Throws TRACE_FAILED. */
export function attachTracer(fd: number, place: TracePlace): void {
  if (libbpf().tcAttach(hookOf(place), options(fd)) !== 0) throw traceFailed(`trace on ${place.device}`, lastErrno());
}

/** One that has gone, with its NIC or otherwise, is left alone. */
export function detachTracer(place: TracePlace): void {
  if (interfaceIndex(place.device) !== undefined) libbpf().tcDetach(hookOf(place), options(0));
}

/** `tc -json filter show`, as far as it is used. */
interface ShownFilter {
  readonly options?: { readonly handle?: string; readonly bpf_name?: string };
}

function tcFilter(verb: string, { device, point }: TracePlace, ...words: readonly string[]): readonly string[] {
  return ['tc', '-json', 'filter', verb, 'dev', device, point, 'protocol', 'all', 'prio', String(PRIORITY), ...words];
}

/** Takes a tracer off a device, and what one has left whose process was killed together with its shell. */
export function removeLeftTracers(device: string): void {
  for (const point of ['ingress', 'egress'] as const) {
    const place = { device, point };
    const { stdout, status } = runCommand(tcFilter('show', place), { allowFailure: true });
    if (status !== 0 || stdout.trim() === '') continue;
    for (const { options: shown } of JSON.parse(stdout) as ShownFilter[]) {
      if (shown?.handle === undefined || !/^trace_(in|e)gress/.test(shown.bpf_name ?? '')) continue;
      runCommand(tcFilter('delete', place, 'handle', shown.handle, 'bpf'), { allowFailure: true });
    }
  }
}

/** Reads until its standard input ends, which it does with the process that holds the other end. */
const GUARD = 'trap "" INT TERM HUP; cat > /dev/null; while [ $# -gt 0 ]; do $1; shift; done 2> /dev/null';

/** A shell that takes the filters away when this process has ended; ending its input makes it do so at once. */
export function guardTracers(places: readonly TracePlace[]): LineProcess {
  const commands = places.map((place) =>
    tcFilter('delete', place, 'handle', `0x${HANDLE.toString(16)}`, 'bpf').join(' '),
  );
  return startLineProcess(['sh', '-c', GUARD, 'sh', ...commands], { onLine: () => {} });
}
