// A netpipe connection between two agents: opened once, visited many times.

import type { VisitExtent, VisitResult } from '../measure/mod.ts';
import type { Ipv4, NetpipeMode } from '../model/mod.ts';
import type { Agent } from './controller.ts';
import { AgentError } from './errors.ts';

/** A listener at one agent, for any number of pairs. */
export interface NetpipeListener {
  readonly agent: Agent;
  readonly listener: number;
  readonly port: number;
  close(): Promise<void>;
}

export interface NetpipePair {
  /** One block size. The result is of that end which has the samples: in mode stream the receiver. */
  visit(visit: { sizeBytes: number; mode: NetpipeMode } & VisitExtent): Promise<VisitResult>;
  /** Both ends; at the same time, or one of them first. */
  close(first?: NetpipeEnd): Promise<void>;
}

export type NetpipeEnd = 'transmitter' | 'receiver';

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
    visit: async ({ sizeBytes, mode, ...extent }) => {
      const [transmitted, received] = await both(
        transmitter.call('netpipe.visit', { ...sending, sizeBytes, mode, extent }),
        receiver.call('netpipe.visit', { ...receiving, sizeBytes, mode }),
      );
      return mode === 'stream' ? received : transmitted;
    },
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
