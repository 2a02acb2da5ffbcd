// Programs of the data plane that user space runs, for what only the kernel may do to the tables. Their argument is a
// structure of bpf/abi.h, which comes back as they leave it.

import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { runFailed } from './errors.ts';
import { decode, encode, type Fields, type Layout, type Values } from './layout.ts';
import { lastErrno, libbpf, RUN_OPTS_BYTES } from './libbpf.ts';
import type { StateDirectory } from './state-directory.ts';

/** Runs the program that is pinned under this name. Throws BPF_RUN_FAILED. */
export function runProgram<F extends Fields>(
  directory: StateDirectory,
  program: string,
  layout: Layout<F>,
  argument: Values<F>,
): Values<F> {
  const fd = libbpf().objGet(join(directory.path, program));
  if (fd < 0) throw runFailed(program, lastErrno());
  try {
    const context = Buffer.from(encode(layout, argument));
    const options = { sz: RUN_OPTS_BYTES, ctx_in: context, ctx_size_in: context.length };
    if (libbpf().programRun(fd, options) !== 0) throw runFailed(program, lastErrno());
    return decode(layout, context);
  } finally {
    closeSync(fd);
  }
}
