// How long the director's program has run, by the kernel's own clock (bpf(2), BPF_ENABLE_STATS): the CPU time of the director
// alone, on a machine where softirq is charged to whoever happens to run.

import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { runFailed } from './errors.ts';
import { lastErrno, libbpf, readObjectInfo } from './libbpf.ts';
import { DIRECTOR_PROGRAM, findStateDirectory } from './state-directory.ts';

/** <linux/bpf.h>: enum bpf_stats_type; struct bpf_prog_info up to run_cnt. */
const BPF_STATS_RUN_TIME = 0;
const PROG_INFO_BYTES = 208;
const RUN_TIME_AT = 192;
const RUN_COUNT_AT = 200;

export interface RunTime {
  readonly ns: number;
  readonly runs: number;
}

/**
 * From now on, and until the function that it returns is called or the process ends, the kernel times every run of every BPF
 * program of the host, which costs each some tens of nanoseconds. Throws BPF_RUN_FAILED.
 */
export function timeRuns(): () => void {
  const fd = libbpf().enableStats(BPF_STATS_RUN_TIME);
  if (fd < 0) throw runFailed(DIRECTOR_PROGRAM, lastErrno());
  return () => closeSync(fd);
}

/** Of the director of this network namespace, while runs were timed; undefined when there is none. */
export function readRunTime(): RunTime | undefined {
  const directory = findStateDirectory();
  if (directory === undefined) return undefined;
  const fd = libbpf().objGet(join(directory.path, DIRECTOR_PROGRAM));
  if (fd < 0) return undefined;
  try {
    const info = readObjectInfo(fd, PROG_INFO_BYTES);
    if (info === undefined) return undefined;
    return { ns: Number(info.readBigUInt64LE(RUN_TIME_AT)), runs: Number(info.readBigUInt64LE(RUN_COUNT_AT)) };
  } finally {
    closeSync(fd);
  }
}
