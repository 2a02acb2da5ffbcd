// The clocks of several hosts against this one's. On one machine there is only one; by ssh there are several, and the
// difference is measured: of many questions the one that was answered fastest tells most.

import type { Agent } from '../agent/mod.ts';
import { monotonicNs, readBootId } from '../system/mod.ts';

export interface ClockOffset {
  /** Its CLOCK_MONOTONIC less ours. */
  readonly offsetNs: number;
  /** Half of the way there and back: the offset is right to this. */
  readonly boundNs: number;
}

const QUESTIONS = 20;

/** Rejects with the AgentError of an agent that does not answer. */
export async function measureClock(agent: Agent): Promise<ClockOffset> {
  let best: ClockOffset = { offsetNs: 0, boundNs: Number.POSITIVE_INFINITY };
  for (let question = 0; question < QUESTIONS; question++) {
    const askedNs = monotonicNs();
    const { nowNs: theirsNs, bootId } = await agent.call('clock', {});
    const answeredNs = monotonicNs();
    // A time namespace, or a copy of a virtual machine, has the boot's id and a clock of its own.
    const mayBeOurs = askedNs <= theirsNs && theirsNs <= answeredNs;
    if (mayBeOurs && bootId === readBootId()) return { offsetNs: 0, boundNs: 0 };
    const boundNs = (answeredNs - askedNs) / 2;
    if (boundNs < best.boundNs) best = { offsetNs: theirsNs - (askedNs + answeredNs) / 2, boundNs };
  }
  return best;
}

/**
 * How far the first of two offsets was from right at any time between the two: clocks go apart meanwhile, by what their
 * crystals differ and by what NTP has them corrected. That they do so in one direction is all that is assumed.
 */
export function boundBetween(before: ClockOffset, after: ClockOffset): number {
  return Math.max(before.boundNs, Math.abs(after.offsetNs - before.offsetNs) + after.boundNs);
}
