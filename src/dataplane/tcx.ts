// Programs on a device's tcx list (Linux 6.6 and newer): run one after the other before all tc filters, until one decides.
// Running a program from there costs half of what a filter costs.

import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { ATTACH_OPTS_BYTES, lastErrno, libbpf, readObjectInfo } from './libbpf.ts';

/** enum bpf_attach_type, <linux/bpf.h> */
export const TCX = { ingress: 46, egress: 47 } as const;
export type AttachPoint = keyof typeof TCX;

/** <linux/bpf.h> */
const BPF_F_REPLACE = 1 << 2;
export const BPF_F_BEFORE = 1 << 3;

/** struct bpf_prog_info up to the name: where the id and the name are. */
const PROG_INFO_BYTES = 80;
const ID_OFFSET = 4;
const NAME_OFFSET = 64;

/** More than the kernel lets stand on a device (BPF_MPROG_MAX). */
const MOST = 64;

const { ENOENT } = constants.errno;

export interface TcxProgram {
  readonly id: number;
  /** As in the object, cut to 15 characters. */
  readonly name: string;
}

/** In the order in which they run; undefined when the kernel has no tcx, or the device is gone. */
export function listTcx(ifindex: number, point: AttachPoint): TcxProgram[] | undefined {
  const ids = new Uint32Array(MOST);
  const count = new Uint32Array([MOST]);
  if (libbpf().progQuery(ifindex, TCX[point], 0, null, ids, count) !== 0) return undefined;
  return [...ids.subarray(0, count[0])].flatMap((id) => describe(id) ?? []);
}

/** Undefined when it has been taken away meanwhile. */
function describe(id: number): TcxProgram | undefined {
  const fd = libbpf().progById(id);
  if (fd < 0) return undefined;
  try {
    return describeFd(fd);
  } finally {
    closeSync(fd);
  }
}

function describeFd(fd: number): TcxProgram | undefined {
  const info = readObjectInfo(fd, PROG_INFO_BYTES);
  if (info === undefined) return undefined;
  const name = info.toString('latin1', NAME_OFFSET);
  return { id: info.readUInt32LE(ID_OFFSET), name: name.slice(0, name.indexOf('\0')) };
}

/**
 * Makes a program the only one of its name on the list: in the place of the last one that is there, or as the last of
 * all. Again is harmless. Returns 0 or the errno.
 */
export function settleTcx(fd: number, ifindex: number, point: AttachPoint): number {
  const own = describeFd(fd);
  const listed = listTcx(ifindex, point);
  if (own === undefined || listed === undefined) return lastErrno();
  const others = listed.filter(({ id, name }) => name === own.name && id !== own.id);
  if (!listed.some(({ id }) => id === own.id)) {
    const replaced = others.pop();
    const errno = replaced === undefined ? add(fd, ifindex, point) : replace(fd, replaced.id, ifindex, point);
    if (errno !== 0) return errno;
  }
  return removeAll(others, ifindex, point);
}

/** Puts a program before all others, also before one of its own name. Again is harmless. Returns 0 or the errno. */
export function putFirstTcx(fd: number, ifindex: number, point: AttachPoint): number {
  const id = describeFd(fd)?.id;
  if (listTcx(ifindex, point)?.some((each) => each.id === id)) return 0;
  return add(fd, ifindex, point, BPF_F_BEFORE);
}

/** Takes away all programs of these names. Returns 0 or the errno. */
export function removeTcx(names: readonly string[], ifindex: number, point: AttachPoint): number {
  const ours = listTcx(ifindex, point)?.filter(({ name }) => names.includes(name)) ?? [];
  return removeAll(ours, ifindex, point);
}

function add(fd: number, ifindex: number, point: AttachPoint, flags = 0): number {
  return libbpf().progAttach(fd, ifindex, TCX[point], flags) === 0 ? 0 : lastErrno();
}

function replace(fd: number, id: number, ifindex: number, point: AttachPoint): number {
  return withProgram(id, (old) => {
    const options = { sz: ATTACH_OPTS_BYTES, flags: BPF_F_REPLACE, replace_prog_fd: old };
    return libbpf().progAttachOpts(fd, ifindex, TCX[point], options) === 0 ? 0 : lastErrno();
  });
}

function removeAll(programs: readonly TcxProgram[], ifindex: number, point: AttachPoint): number {
  for (const { id } of programs) {
    const errno = withProgram(id, (fd) => (libbpf().progDetach(fd, ifindex, TCX[point]) === 0 ? 0 : lastErrno()));
    if (errno !== 0 && errno !== ENOENT) return errno;
  }
  return 0;
}

function withProgram(id: number, work: (fd: number) => number): number {
  const fd = libbpf().progById(id);
  if (fd < 0) return lastErrno();
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}
