// The tracer on a device's tcx list: before the director, by a BPF link, which the kernel takes away with the process.

import { closeSync } from 'node:fs';
import { traceFailed } from './errors.ts';
import { LINK_OPTS_BYTES, lastErrno, libbpf, readObjectInfo } from './libbpf.ts';
import { type AttachPoint, BPF_F_BEFORE, listTcx, TCX } from './tcx.ts';

/** As the kernel names them. */
const TRACERS = ['trace_ingress', 'trace_egress'];

/** struct bpf_link_info up to the program's id. */
const LINK_INFO_BYTES = 16;
const PROG_ID_OFFSET = 8;

/** Returns the link's file descriptor: closing it takes the tracer away. Throws TRACE_FAILED. */
export function linkTracer(fd: number, device: string, ifindex: number, point: AttachPoint): number {
  const link = libbpf().linkCreate(fd, ifindex, TCX[point], { sz: LINK_OPTS_BYTES, flags: BPF_F_BEFORE });
  if (link < 0) throw traceFailed(`trace on ${device}`, lastErrno());
  return link;
}

/** Takes tracers off a device, whosever they are. */
export function unlinkTracers(ifindex: number): void {
  const tracers = new Set(
    (['ingress', 'egress'] as const)
      .flatMap((point) => listTcx(ifindex, point) ?? [])
      .filter(({ name }) => TRACERS.includes(name))
      .map(({ id }) => id),
  );
  if (tracers.size === 0) return;
  const id = new Uint32Array(1);
  while (libbpf().linkNextId(id[0], id) === 0) {
    const link = libbpf().linkById(id[0]);
    if (link < 0) continue; // gone meanwhile
    if (tracers.has(programOf(link))) libbpf().linkDetach(link);
    closeSync(link);
  }
}

function programOf(link: number): number {
  return readObjectInfo(link, LINK_INFO_BYTES)?.readUInt32LE(PROG_ID_OFFSET) ?? -1;
}
