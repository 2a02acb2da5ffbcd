// What a proof of path rests on, counter by counter.

import type { PathProof } from '../model/mod.ts';

/**
 * Whether a counter is as it must be. A connection is several packets: where some are expected there is at least one a
 * connection, and fewer than that are somebody else's (ARP, stragglers).
 */
export function isCounterAsExpected(proof: PathProof, counter: PathProof['counters'][number]): boolean {
  const counted = counter.packets >= proof.hostnames.length;
  return counted === (counter.expected === 'some');
}
