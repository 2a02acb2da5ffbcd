// The clients' part of a window: when each of them begins and ends, and what has become of it. Where the clients are, and who
// reads the counters meanwhile, is others' business.

import type { Agent } from '../agent/mod.ts';
import type { ClientShare, Ipv4, LostClient, WindowSample, WindowTransferName } from '../model/mod.ts';
import { monotonicNs } from '../system/mod.ts';

export interface WindowOptions {
  readonly transfer: WindowTransferName;
  readonly sizeBytes: number;
  readonly seconds: number;
  /** One window for all; otherwise every second client has its own, half a window later. */
  readonly synchronised: boolean;
  /** So many of the clients, from the first on. */
  readonly clients: number;
  readonly signal?: AbortSignal;
}

/** A window as whoever measured it has it: of which system, on how many realservers and when is the caller's to add. */
export type MeasuredWindow = Omit<WindowSample, 'system' | 'realservers' | 'round'>;

/** One system that stands, with its clients. */
export interface WindowBed {
  /** One window, with its counters. A client whose agent has gone is among the lost; the others' shares count. */
  window(options: WindowOptions): Promise<MeasuredWindow>;
  /** Ends everything that it has started; once it has resolved nothing of that is left. */
  stop(): Promise<void>;
}

export interface WindowClient {
  readonly agent: Agent;
  /** Its clock less ours. */
  readonly offsetNs: number;
  readonly target: Ipv4;
}

/** By our clock. */
export interface WindowTimes {
  readonly startNs: number;
  readonly endNs: number;
  /** By so much the window of every second client is later. */
  readonly laterNs: number;
  /** Until an agent's answer counts as lost. */
  readonly patienceMs: number;
}

/** From the order to begin until the window's start: connections are made, TCP's windows are open. For all, and for each. */
const LEAD_SECONDS = 0.5;
const LEAD_SECONDS_PER_CLIENT = 0.05;
/** A client of the later windows begins so long before its own: what it does then, the earlier ones see. */
const LATER_LEAD_SECONDS = 0.1;
/** After the window's end the clients finish what they are at. */
const CALL_PATIENCE_MS = 30_000;

/** Of a window that begins as soon as may be. */
export function timesOf({ seconds, synchronised }: WindowOptions, clients: number): WindowTimes {
  const leadSeconds = LEAD_SECONDS + LEAD_SECONDS_PER_CLIENT * clients;
  const startNs = monotonicNs() + leadSeconds * 1e9;
  const laterNs = synchronised || clients < 2 ? 0 : (seconds / 2) * 1e9;
  const endNs = startNs + seconds * 1e9 + laterNs;
  return { startNs, endNs, laterNs, patienceMs: CALL_PATIENCE_MS + (leadSeconds + 1.5 * seconds) * 1000 };
}

/** What all of them did in their windows. Never rejects: a client that is lost early is told of when all is over. */
export async function transferInWindow(
  clients: readonly WindowClient[],
  { startNs, laterNs, patienceMs }: WindowTimes,
  { transfer, sizeBytes, seconds }: WindowOptions,
): Promise<{ readonly shares: readonly ClientShare[]; readonly lost: readonly LostClient[] }> {
  const running = clients.map(({ agent, offsetNs, target }, index) => {
    const ownStartNs = startNs + offsetNs + (index % 2) * laterNs;
    const window = {
      startNs: ownStartNs,
      endNs: ownStartNs + seconds * 1e9,
      ...(laterNs > 0 && index % 2 === 1 ? { beginNs: ownStartNs - LATER_LEAD_SECONDS * 1e9 } : {}),
    };
    const order = { transfer, address: target, sizeBytes, ...window };
    return agent.call('transfer.window', order, { timeoutMs: patienceMs });
  });
  const outcomes = await Promise.allSettled(running);
  const hostOf = (index: number) => clients[index]?.agent.host ?? '';
  return {
    shares: outcomes.flatMap((outcome, index): ClientShare[] => {
      if (outcome.status === 'rejected') return [];
      const { histogram: _, ...share } = outcome.value;
      return [{ client: hostOf(index), ...share }];
    }),
    lost: outcomes.flatMap((outcome, index): LostClient[] =>
      outcome.status === 'rejected' ? [{ client: hostOf(index), why: (outcome.reason as Error).message }] : [],
    ),
  };
}
