// Netpipe on several pairs of machines at the same time: all with one window, of which each one's own rate counts. Every pair
// has agents of its own, because an agent that sends is deaf to everything else; so one machine can have a part in several.

import {
  type Agent,
  connectNetpipe,
  listenNetpipe,
  type NetpipePair,
  type PairWindow,
  type WindowResult,
} from '../agent/mod.ts';
import type { Lab } from '../lab/mod.ts';
import type { Ipv4 } from '../model/mod.ts';
import { type ClockOffset, measureClock, nowNs } from './clocks.ts';
import { startAgents } from './system-lab.ts';

export interface PairPlace {
  /** `Machine.name`: who sends first, and on which CPU, if it is not any. */
  readonly from: string;
  readonly fromCpu?: number;
  readonly to: string;
  readonly toCpu?: number;
  /** Where `from` connects to: an address of `to`, or a virtual one behind which it is. */
  readonly address: Ipv4;
  /** Where `to` listens; each pair of a machine needs its own, if they are not visited one after the other. */
  readonly port: number;
}

/** A pair with its agents, which end with it. */
export interface PlacedPair {
  readonly pair: NetpipePair;
  readonly clock: ClockOffset;
  close(): Promise<void>;
}

export interface PairVisit {
  readonly placed: PlacedPair;
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

const ANY_ADDRESS = '0.0.0.0' as Ipv4;
/** From the order to begin until the window's start. */
const LEAD_SECONDS = 0.15;

/** Throws what agents throw; then nothing of it is left. */
export async function openNetpipePair(lab: Lab, place: PairPlace): Promise<PlacedPair> {
  const agents: Agent[] = [];
  const start = async (machine: string, cpu: number | undefined): Promise<Agent> => {
    const [agent] = (await startAgents(lab, [{ machine, ...(cpu === undefined ? {} : { cpu }) }])).values();
    if (agent === undefined) throw new Error(`no agent on ${machine}`);
    agents.push(agent);
    return agent;
  };
  const close = async () => {
    await Promise.all(agents.map((agent) => agent.close()));
  };
  try {
    const [transmitter, receiver] = [await start(place.from, place.fromCpu), await start(place.to, place.toCpu)];
    const listener = await listenNetpipe(receiver, { address: ANY_ADDRESS, port: place.port });
    const pair = await connectNetpipe(transmitter, place.address, place.port, listener);
    return { pair, clock: await measureClock(transmitter), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * One window for all, each with blocks of its own size; the results are in the order of the pairs. One pair alone is what
 * the others are compared with. Rejects with the error of the first pair that fails, when all have ended.
 */
export async function visitTogether(
  visits: readonly PairVisit[],
  { mode, seconds }: TogetherOptions,
): Promise<readonly TogetherResult[]> {
  const startNs = nowNs() + LEAD_SECONDS * 1e9;
  const endNs = startNs + seconds * 1e9;
  const running = visits.map(({ placed: { pair, clock }, sizeBytes }) =>
    pair.window({ sizeBytes, mode, startNs: startNs + clock.offsetNs, endNs: endNs + clock.offsetNs }),
  );
  await Promise.allSettled(running);
  const windows = await Promise.all(running);
  return windows.map((window) => ({ window, mbps: (window.payloadBytes * 8) / seconds / 1e6 }));
}
