// Programs as tc filters on a device, at fixed places of their own: for kernels without tcx, and for devices whose
// filters of somebody else's are to see packets before the director.

import { constants } from 'node:os';
import { runCommand } from '../system/mod.ts';
import { lastErrno, libbpf, TC_HOOK_BYTES, TC_OPTS_BYTES } from './libbpf.ts';
import type { AttachPoint } from './tcx.ts';

/** enum bpf_tc_attach_point, <bpf/libbpf.h> */
const ATTACH_POINTS = { ingress: 1, egress: 2 } as const;

const BPF_TC_F_REPLACE = 1;

const { EEXIST, ENOENT, EINVAL } = constants.errno;

export interface FilterPlace {
  readonly ifindex: number;
  readonly point: AttachPoint;
  readonly handle: number;
  /** Lower ones run earlier. */
  readonly priority: number;
}

/** Our filter: a fixed place, so that attaching twice replaces and detaching finds it. */
export const DIRECTOR_FILTER = {
  handle: 0x4c56,
  /** Not the first: a filter of the user's before it may give a packet the firewall mark of a service. */
  priority: 100,
} as const;

/** Before it, and before its tracer: a director that is about to take its place. */
export const FRONT_FILTER = { ...DIRECTOR_FILTER, priority: 98 } as const;

export const TRACER_PRIORITY = 99;

function hookOf({ ifindex, point }: Pick<FilterPlace, 'ifindex' | 'point'>): object {
  return { sz: TC_HOOK_BYTES, ifindex, attach_point: ATTACH_POINTS[point], parent: 0 };
}

function optionsOf({ handle, priority }: FilterPlace): object {
  return { sz: TC_OPTS_BYTES, prog_fd: 0, flags: 0, prog_id: 0, handle, priority };
}

/** Makes a filter of the program, in the place of one that is there. Returns 0 or the errno. */
export function setFilter(fd: number, place: FilterPlace): number {
  if (libbpf().tcHookCreate(hookOf(place)) !== 0 && lastErrno() !== EEXIST) return lastErrno();
  const options = { ...optionsOf(place), prog_fd: fd, flags: BPF_TC_F_REPLACE };
  return libbpf().tcAttach(hookOf(place), options) === 0 ? 0 : lastErrno();
}

export function hasFilter(place: FilterPlace): boolean {
  return libbpf().tcQuery(hookOf(place), optionsOf(place)) === 0;
}

/** Where there is none, nothing happens. Returns 0 or the errno. */
export function removeFilter(place: FilterPlace): number {
  if (libbpf().tcDetach(hookOf(place), optionsOf(place)) === 0) return 0;
  const errno = lastErrno();
  return errno === ENOENT || errno === EINVAL ? 0 : errno;
}

/** `tc -json filter show`, as far as it is used. */
interface ShownFilter {
  readonly pref: number;
  readonly options?: { readonly handle?: string; readonly bpf_name?: string };
}

/** Whether there are filters that are not lvskit's. */
export function hasOtherFilters(device: string, ifindex: number, point: AttachPoint): boolean {
  return listFilters(device, ifindex, point).some(({ options }) => options !== undefined && !isOurs(options));
}

/** Filters of lvskit have handles whose first bytes, or only ones, are "LV". */
function isOurs({ handle, bpf_name: name = '' }: NonNullable<ShownFilter['options']>): boolean {
  const number = Number(handle);
  return /^(lvs|trace)_/.test(name) && (number === DIRECTOR_FILTER.handle || number >>> 16 === DIRECTOR_FILTER.handle);
}

/** Of the priority alone, if one is given. */
export function listFilters(
  device: string,
  ifindex: number,
  point: AttachPoint,
  priority?: number,
): readonly ShownFilter[] {
  // Without a qdisc that holds filters the kernel answers EINVAL, and tc need not be asked.
  const query = libbpf().tcQuery(hookOf({ ifindex, point }), optionsOf({ ifindex, point, ...DIRECTOR_FILTER }));
  if (query !== 0 && lastErrno() === EINVAL) return [];
  const at = priority === undefined ? [] : ['protocol', 'all', 'prio', String(priority)];
  const command = ['tc', '-json', 'filter', 'show', 'dev', device, point, ...at];
  const { stdout, status } = runCommand(command, { allowFailure: true });
  return status !== 0 || stdout.trim() === '' ? [] : (JSON.parse(stdout) as ShownFilter[]);
}
