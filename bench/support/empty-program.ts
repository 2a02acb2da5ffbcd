// A TC program that does nothing but give one verdict: what running any program costs, and a program of somebody else's.

import koffi from 'koffi';
import { lastErrno } from '../../src/dataplane/libbpf.ts';

/** enum bpf_prog_type, <linux/bpf.h> */
const BPF_PROG_TYPE_SCHED_CLS = 3;

const INSTRUCTION_BYTES = 8;

/** Its file descriptor. @param verdict of <linux/pkt_cls.h>, 0 to 127 */
export function loadEmptyProgram(verdict = 0): number {
  // `r0 = verdict; exit`, RFC 9669 section 3: opcode, registers, offset, immediate value.
  const instructions = Uint8Array.of(...[0xb7, 0, 0, 0, verdict, 0, 0, 0], ...[0x95, 0, 0, 0, 0, 0, 0, 0]);
  const load = koffi
    .load('libbpf.so.1')
    .func(
      'int bpf_prog_load(int type, const char *name, const char *license, const void *instructions, size_t count, void *opts)',
    );
  const count = instructions.length / INSTRUCTION_BYTES;
  const fd: number = load(BPF_PROG_TYPE_SCHED_CLS, 'empty', 'GPL', instructions, count, null);
  if (fd < 0) throw new Error(`cannot load an empty program: errno ${lastErrno()}`);
  return fd;
}
