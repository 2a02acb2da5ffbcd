// What an agent can do: each method of the protocol on sockets and services that it holds by number.
// Visits block the whole process, which is what makes them exact; between them it answers at once.

import { hostname } from 'node:os';
import {
  askLines,
  type LineService,
  NetpipeLink,
  probeNfsFile,
  receiveVisit,
  receiveWindow,
  serveLine,
  transmitVisit,
  transmitWindow,
} from '../measure/mod.ts';
import {
  acceptTcp,
  closeSocket,
  connectTcp,
  listenTcp,
  localPort,
  monotonicNs,
  pinProcess,
  readBootId,
} from '../system/mod.ts';
import { unknownHandleError } from './errors.ts';
import { countInWindow, describeMachine } from './machine.ts';
import type { Method, ParsedParamsOf, ResultOf } from './protocol.ts';
import { onOwnClock, runTransfers, runWindow, windowResultOf } from './transfers.ts';

export type Handlers = { readonly [M in Method]: (params: ParsedParamsOf<M>) => ResultOf<M> | Promise<ResultOf<M>> };

/** A transfer of a visit that stalls for longer ends it. */
const TRANSFER_TIMEOUT_MS = 10_000;

/** Of the director in this network namespace; undefined where there is none. */
export type ReadDirector = () => Promise<ResultOf<'director.counters'>['counters']>;

/** `version` is lvskit's. */
export function createHandlers(version: string, readDirector: ReadDirector = async () => undefined): Handlers {
  const lineServices = new HandleTable<LineService>('line service');
  const listeners = new HandleTable<number>('netpipe listener');
  const connections = new HandleTable<NetpipeLink>('netpipe connection');
  return {
    clock: () => ({ nowNs: monotonicNs(), bootId: readBootId() }),
    hello: () => ({ version, pid: process.pid, node: process.version, hostname: hostname() }),
    pin: ({ cpus }) => {
      pinProcess(cpus);
      return {};
    },

    'line.serve': async ({ text, ...local }) => {
      const service = await serveLine(local, text);
      return { service: lineServices.add(service), port: service.port };
    },
    'line.close': async ({ service }) => {
      await lineServices.take(service).close();
      return {};
    },
    'line.ask': async ({ count, ...peer }) => [...(await askLines(peer, count))],

    'netpipe.serve': (local) => {
      const fd = listenTcp(local);
      return { listener: listeners.add(fd), port: localPort(fd) };
    },
    'netpipe.accept': ({ listener, timeoutMs }) => {
      const fd = acceptTcp(listeners.get(listener), { waitMs: timeoutMs, timeoutMs: TRANSFER_TIMEOUT_MS });
      return { connection: connections.add(new NetpipeLink(fd, TRANSFER_TIMEOUT_MS)) };
    },
    'netpipe.connect': (peer) => ({ connection: connections.add(new NetpipeLink(connectTcp(peer), peer.timeoutMs)) }),
    'netpipe.visit': ({ connection, sizeBytes, mode, extent }) => {
      const link = connections.get(connection);
      const visit = { sizeBytes, mode };
      return extent === undefined ? receiveVisit(link, visit) : transmitVisit(link, visit, extent);
    },
    'netpipe.window': ({ connection, sizeBytes, mode, window }) => {
      const link = connections.get(connection);
      link.synchronise();
      if (window !== undefined) {
        return { window: windowResultOf(transmitWindow(link, { sizeBytes, mode }, onOwnClock(window))) };
      }
      receiveWindow(link, { sizeBytes, mode });
      return {};
    },
    'machine.describe': describeMachine,
    'machine.window': countInWindow,
    'director.counters': async () => {
      const counters = await readDirector();
      return counters === undefined ? {} : { counters };
    },
    'transfer.run': ({ transfer, ...options }) => runTransfers(transfer, options),
    'transfer.window': ({ transfer, ...options }) => runWindow(transfer, options),
    'nfs.probe': (file) => probeNfsFile(file),

    'netpipe.close': (what) => {
      if ('listener' in what) closeSocket(listeners.take(what.listener));
      else connections.take(what.connection).close();
      return {};
    },
  };
}

/** Things that the controller names by a number. */
class HandleTable<T> {
  readonly #kind: string;
  readonly #things = new Map<number, T>();
  #next = 0;

  constructor(kind: string) {
    this.#kind = kind;
  }

  add(thing: T): number {
    this.#things.set(this.#next, thing);
    return this.#next++;
  }

  /** Throws AGENT_UNKNOWN_HANDLE, as `take` does. */
  get(handle: number): T {
    const thing = this.#things.get(handle);
    if (thing === undefined) throw unknownHandleError(this.#kind, handle);
    return thing;
  }

  /** Returns it and forgets it. */
  take(handle: number): T {
    const thing = this.get(handle);
    this.#things.delete(handle);
    return thing;
  }
}
