// Netpipe on several pairs of machines at the same time: all with one window, of which each one's own rate counts. No two
// pairs may have an agent in common, because an agent that sends is deaf to everything else.

import type { NetpipePair, PairWindow, WindowResult } from '../agent/mod.ts';
import { monotonicNs } from '../system/mod.ts';
import { measureClock } from './clocks.ts';

export interface PairVisit {
  readonly pair: NetpipePair;
  readonly sizeBytes: number;
}

export interface TogetherOptions {
  readonly mode: PairWindow['mode'];
  readonly seconds: number;
}

export interface TogetherResult {
  readonly window: WindowResult;
  /** Payload in the window, of both directions in mode twoway, 10⁶ bit/s. */
  readonly mbps: number;
}

/** From the order to begin until the window's start. */
const LEAD_SECONDS = 0.15;

/**
 * One window for all, each with blocks of its own size; the results are in the order of the pairs. One pair alone is
 * what the others are compared with. Rejects with the error of the first pair that fails, when all have ended.
 */
export async function visitTogether(
  visits: readonly PairVisit[],
  { mode, seconds }: TogetherOptions,
): Promise<readonly TogetherResult[]> {
  const clocks = await Promise.all(visits.map(({ pair }) => measureClock(pair.transmitter)));
  const startNs = monotonicNs() + LEAD_SECONDS * 1e9;
  const endNs = startNs + seconds * 1e9;
  const running = visits.map(({ pair, sizeBytes }, index) => {
    const offsetNs = clocks[index]?.offsetNs ?? 0;
    return pair.window({ sizeBytes, mode, startNs: startNs + offsetNs, endNs: endNs + offsetNs });
  });
  await Promise.allSettled(running);
  const windows = await Promise.all(running);
  return windows.map((window) => ({ window, mbps: (window.payloadBytes * 8) / seconds / 1e6 }));
}
