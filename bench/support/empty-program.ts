// A TC program that does nothing: what the kernel's clock and the call cost when a program is timed.

import koffi from 'koffi';
import { lastErrno } from '../../src/dataplane/libbpf.ts';

/** enum bpf_prog_type, <linux/bpf.h> */
const BPF_PROG_TYPE_SCHED_CLS = 3;

/** `r0 = 0; exit`, RFC 9669 section 3: opcode, registers, offset, immediate value. */
const INSTRUCTIONS = Uint8Array.of(...[0xb7, 0, 0, 0, 0, 0, 0, 0], ...[0x95, 0, 0, 0, 0, 0, 0, 0]);
const INSTRUCTION_BYTES = 8;

/** Its file descriptor. */
export function loadEmptyProgram(): number {
  const load = koffi
    .load('libbpf.so.1')
    .func(
      'int bpf_prog_load(int type, const char *name, const char *license, const void *instructions, size_t count, void *opts)',
    );
  const count = INSTRUCTIONS.length / INSTRUCTION_BYTES;
  const fd: number = load(BPF_PROG_TYPE_SCHED_CLS, 'empty', 'GPL', INSTRUCTIONS, count, null);
  if (fd < 0) throw new Error(`cannot load an empty program: errno ${lastErrno()}`);
  return fd;
}
