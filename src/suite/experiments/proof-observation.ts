// The proof of a system's path as an observation: who answered, and whether its own counters, and no others, have moved.

import type { Observation } from '../../model/mod.ts';
import { provePath } from '../proof.ts';
import type { Testbed } from '../testbed.ts';

/** Measure `proof`: `proven`, `alternates` (1 or 0), and the packets of each counter; the hostnames as words. */
export async function proofObservation(testbed: Testbed, cell: string = testbed.plan.system): Promise<Observation> {
  const { hostnames, hostnamesAsExpected, counters, proven } = await provePath(testbed);
  return {
    cell,
    measure: 'proof',
    sizeBytes: 0,
    round: 0,
    values: {
      proven: Number(proven),
      alternates: Number(hostnamesAsExpected),
      ...Object.fromEntries(counters.map(({ name, packets }) => [name, packets])),
    },
    words: hostnames,
  };
}
