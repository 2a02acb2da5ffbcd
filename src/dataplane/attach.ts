// Where a program stands on a device: on its tcx list where the kernel has one, else, or where others' tc filters are to
// be before it, a tc filter.

import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { interfaceIndex } from '../system/mod.ts';
import { attachFailed } from './errors.ts';
import { lastErrno, libbpf } from './libbpf.ts';
import { DIRECTOR_FILTER, FRONT_FILTER, hasFilter, hasOtherFilters, removeFilter, setFilter } from './tc-filters.ts';
import { type AttachPoint, listTcx, putFirstTcx, removeTcx, settleTcx } from './tcx.ts';

export type { AttachPoint } from './tcx.ts';

/** What lvskit puts on devices for good, as the kernel names it: the director's programs and the decapsulator. */
const OWN_PROGRAMS = ['lvs_ingress', 'lvs_egress', 'lvs_mark_hop', 'lvs_decap'];

const { ENODEV } = constants.errno;

/** Attaches the pinned program to a device's ingress; again is harmless. Throws BPF_ATTACH_FAILED. */
export function attachToIngress(pinnedProgram: string, device: string): void {
  attach(pinnedProgram, device, 'ingress');
}

/** Attaches the pinned program to a device's egress; again is harmless. Throws BPF_ATTACH_FAILED. */
export function attachToEgress(pinnedProgram: string, device: string): void {
  attach(pinnedProgram, device, 'egress');
}

/**
 * Attaches the pinned program before the one on the device's ingress, which sees what it leaves, until it is attached in
 * that one's place. Throws BPF_ATTACH_FAILED.
 */
export function attachInFront(pinnedProgram: string, device: string): void {
  withProgram(pinnedProgram, device, (fd, ifindex) => {
    const errno = usesTcx(device, ifindex, 'ingress')
      ? putFirstTcx(fd, ifindex, 'ingress')
      : setFilter(fd, { ifindex, point: 'ingress', ...FRONT_FILTER });
    if (errno !== 0) throw attachFailed(device, errno);
  });
}

function attach(pinnedProgram: string, device: string, point: AttachPoint): void {
  withProgram(pinnedProgram, device, (fd, ifindex) => {
    const filter = { ifindex, point, ...DIRECTOR_FILTER };
    // What replaces comes before what is replaced goes: at no time is there none.
    const errno = usesTcx(device, ifindex, point)
      ? settleTcx(fd, ifindex, point) || removeFilter(filter)
      : setFilter(fd, filter) || removeTcx(OWN_PROGRAMS, ifindex, point);
    if (errno !== 0) throw attachFailed(device, errno);
  });
}

/** Whether the director stands there, or would stand there, on the tcx list. */
export function usesTcx(device: string, ifindex: number, point: AttachPoint): boolean {
  return listTcx(ifindex, point) !== undefined && !hasOtherFilters(device, ifindex, point);
}

function withProgram(pinned: string, device: string, work: (fd: number, ifindex: number) => void): void {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) throw attachFailed(device, ENODEV);
  const fd = libbpf().objGet(pinned);
  if (fd < 0) throw attachFailed(device, lastErrno());
  try {
    work(fd, ifindex);
  } finally {
    closeSync(fd);
  }
}

/** Whether a program of ours is on the device's ingress. */
export function isAttached(device: string): boolean {
  return has(device, 'ingress');
}

/** Whether a program of ours is on the device's egress. */
export function isAttachedToEgress(device: string): boolean {
  return has(device, 'egress');
}

/** Whether one is on the ingress, and in the place that the filters of others leave it. */
export function isWellAttached(device: string): boolean {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return false;
  return usesTcx(device, ifindex, 'ingress')
    ? isOnTcx(ifindex, 'ingress')
    : hasFilter({ ifindex, point: 'ingress', ...DIRECTOR_FILTER });
}

function has(device: string, point: AttachPoint): boolean {
  const ifindex = interfaceIndex(device);
  return ifindex !== undefined && (isOnTcx(ifindex, point) || hasFilter({ ifindex, point, ...DIRECTOR_FILTER }));
}

function isOnTcx(ifindex: number, point: AttachPoint): boolean {
  return listTcx(ifindex, point)?.some(({ name }) => OWN_PROGRAMS.includes(name)) ?? false;
}

/** Takes our programs off the device's ingress; where there are none, nothing happens. Throws BPF_ATTACH_FAILED. */
export function detachFromIngress(device: string): void {
  detach(device, 'ingress');
}

/** Takes our programs off the device's egress; where there are none, nothing happens. Throws BPF_ATTACH_FAILED. */
export function detachFromEgress(device: string): void {
  detach(device, 'egress');
}

/** Takes away what {@link attachInFront} put there, if it has not taken the other's place. Throws BPF_ATTACH_FAILED. */
export function detachFromFront(device: string): void {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return;
  const errno = removeFilter({ ifindex, point: 'ingress', ...FRONT_FILTER });
  if (errno !== 0) throw attachFailed(device, errno);
}

function detach(device: string, point: AttachPoint): void {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return;
  const errno = removeTcx(OWN_PROGRAMS, ifindex, point) || removeFilter({ ifindex, point, ...DIRECTOR_FILTER });
  if (errno !== 0) throw attachFailed(device, errno);
}
