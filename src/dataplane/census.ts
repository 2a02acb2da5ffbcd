// What flows have counted and not yet handed over to their server's and service's counters (bpf/stats.h), summed up by
// the kernel (bpf/census.h).

import { monotonicNs, withFileLock } from '../system/mod.ts';
import { lvsCensus, lvsZeroKind } from './abi.ts';
import type { Maps } from './maps.ts';
import { runProgram } from './run-program.ts';
import { CENSUS_PROGRAM, type StateDirectory } from './state-directory.ts';

/** By server index and by service id: counts by enum lvs_counter. */
export interface Census {
  readonly servers: ReadonlyMap<number, readonly number[]>;
  readonly services: ReadonlyMap<number, readonly number[]>;
  /** Entries of the connection table in use; a VS-NAT connection takes two. */
  readonly flows: number;
}

/** Takes about 0.1 s a million entries, during which packets go on. Throws BPF_MAP_FAILED. */
export function takeCensus(maps: Maps, directory: StateDirectory): Census {
  return withFileLock(`${directory.lockFile}.census`, () => {
    const number = monotonicNs();
    const { flows } = runProgram(directory, CENSUS_PROGRAM, lvsCensus, { number, flows: 0 });
    const counts = { [lvsZeroKind.LVS_ZERO_SERVER]: new Map(), [lvsZeroKind.LVS_ZERO_SERVICE]: new Map() };
    for (const { key, value } of maps.held.entries()) {
      if (value.census === number) counts[key.kind as keyof typeof counts].set(key.id, value.count);
    }
    return { servers: counts[lvsZeroKind.LVS_ZERO_SERVER], services: counts[lvsZeroKind.LVS_ZERO_SERVICE], flows };
  });
}
