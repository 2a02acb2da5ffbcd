// The clocks of several hosts against this one's. On one machine there is only one; by ssh there are several, and the
// difference is measured: of many questions the one that was answered fastest tells most.

import type { Agent } from '../agent/mod.ts';
import { readBootId } from '../system/mod.ts';

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
    const askedNs = nowNs();
    const { nowNs: theirsNs, bootId } = await agent.call('clock', {});
    const answeredNs = nowNs();
    if (bootId === readBootId()) return { offsetNs: 0, boundNs: 0 };
    const boundNs = (answeredNs - askedNs) / 2;
    if (boundNs < best.boundNs) best = { offsetNs: theirsNs - (askedNs + answeredNs) / 2, boundNs };
  }
  return best;
}

/** CLOCK_MONOTONIC, ns. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}
