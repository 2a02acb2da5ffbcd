// A netpipe connection between two agents: opened once, visited many times.

import type { VisitExtent, VisitResult } from '../measure/mod.ts';
import type { Ipv4, NetpipeMode } from '../model/mod.ts';
import type { Agent } from './controller.ts';
import { AgentError, agentProtocolError } from './errors.ts';
import type { ResultOf } from './protocol.ts';

/** A listener at one agent, for any number of pairs. */
export interface NetpipeListener {
  readonly agent: Agent;
  readonly listener: number;
  readonly port: number;
  close(): Promise<void>;
}

export interface NetpipePair {
  /**
   * One block size; `reverse` lets the other end, which was connected to, send first or alone. The result is of that end which
   * has the samples: in mode stream the one that receives.
   */
  visit(visit: { sizeBytes: number; mode: NetpipeMode; reverse?: boolean } & VisitExtent): Promise<VisitResult>;
  /** Blocks of one size, without a pause until the window has ended; what fell into it. It is on the transmitter's clock. */
  window(visit: PairWindow): Promise<WindowResult>;
  /** The end that sends first. */
  readonly transmitter: Agent;
  /** Both ends; at the same time, or one of them first. */
  close(first?: NetpipeEnd): Promise<void>;
}

export type NetpipeEnd = 'transmitter' | 'receiver';

export interface PairWindow {
  readonly sizeBytes: number;
  readonly mode: Exclude<NetpipeMode, 'bidirectional'>;
  readonly startNs: number;
  readonly endNs: number;
}

export type WindowResult = ResultOf<'transfer.window'>;

/** Before the window and after it: longer than any stall of a block. */
const WINDOW_PATIENCE_MS = 30_000;

export async function listenNetpipe(
  agent: Agent,
  local: { address: Ipv4; port: number; transparent?: boolean },
): Promise<NetpipeListener> {
  const { listener, port } = await agent.call('netpipe.serve', local);
  const close = async () => {
    await agent.call('netpipe.close', { listener });
  };
  return { agent, listener, port, close };
}

/** Connects `transmitter` to `address`, behind which `listener` must be: its host's own address, or a virtual one. */
export async function connectNetpipe(
  transmitter: Agent,
  address: Ipv4,
  port: number,
  { agent: receiver, listener }: NetpipeListener,
): Promise<NetpipePair> {
  const sending = await transmitter.call('netpipe.connect', { address, port });
  const receiving = await receiver.call('netpipe.accept', { listener });
  return {
    visit: async ({ sizeBytes, mode, reverse = false, ...extent }) => {
      const ends = [
        { agent: transmitter, ...sending },
        { agent: receiver, ...receiving },
      ] as const;
      const [first, second] = reverse ? [ends[1], ends[0]] : ends;
      const [transmitted, received] = await both(
        first.agent.call('netpipe.visit', { connection: first.connection, sizeBytes, mode, extent }),
        second.agent.call('netpipe.visit', { connection: second.connection, sizeBytes, mode }),
      );
      return mode === 'stream' ? received : transmitted;
    },
    window: async ({ sizeBytes, mode, startNs, endNs }) => {
      const patience = { timeoutMs: WINDOW_PATIENCE_MS + (endNs - startNs) / 1e6 };
      const window = { startNs, endNs };
      const [{ window: result }] = await both(
        transmitter.call('netpipe.window', { ...sending, sizeBytes, mode, window }, patience),
        receiver.call('netpipe.window', { ...receiving, sizeBytes, mode }, patience),
      );
      if (result === undefined) throw agentProtocolError(transmitter.host, 'a window without a result');
      return result;
    },
    transmitter,
    close: async (first) => {
      const ends = {
        transmitter: () => transmitter.call('netpipe.close', sending),
        receiver: () => receiver.call('netpipe.close', receiving),
      };
      if (first !== undefined) await ends[first]();
      const others = (['transmitter', 'receiver'] as const).filter((end) => end !== first);
      await Promise.all(others.map((end) => ends[end]()));
    },
  };
}

/** Both results. Of two failures the one that is no consequence: an end that is left alone only notices that. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const failures = (await Promise.allSettled([first, second])).flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const cause = failures.find((failure) => !(failure instanceof AgentError && failure.code === 'SOCKET_PEER_CLOSED'));
  if (cause !== undefined) throw cause;
  return [await first, await second];
}
