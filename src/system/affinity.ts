// Which CPUs this process may run on.

import { readdirSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { LvskitError } from '../model/mod.ts';
import { lastErrno, schedSetAffinity } from './libc.ts';

/** Kernels are built for up to 8192 CPUs; a longer mask than theirs is fine when its rest is zero. */
const MASK_BYTES = 1024;

/** Pins every thread of this process, so also the garbage collector's, to these CPUs. Throws CPU_NOT_AVAILABLE. */
export function pinProcess(cpus: readonly number[]): void {
  const mask = encodeMask(cpus);
  for (const thread of readdirSync('/proc/self/task')) {
    if (schedSetAffinity(Number(thread), MASK_BYTES, mask) === 0) continue;
    const errno = getSystemErrorName(-lastErrno());
    // A thread that has ended since the listing.
    if (errno === 'ESRCH') continue;
    throw new LvskitError('CPU_NOT_AVAILABLE', `cannot run on CPU ${cpus.join(',')}: ${errno}`, {
      fields: { cpus },
      remedy: 'choose CPUs that are online and that this process may use (`nproc`, `taskset -p $$`)',
    });
  }
}

function encodeMask(cpus: readonly number[]): Buffer {
  const mask = Buffer.alloc(MASK_BYTES);
  for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return mask;
}
