// The controller's end of the protocol: starts an agent behind a command prefix and calls its methods.

import { type LineProcess, ownLauncher, startLineProcess } from '../system/mod.ts';
import { AgentError, agentEndedError, agentProtocolError, agentTimedOutError } from './errors.ts';
import { METHODS, type Method, type ParamsOf, type Reply, type ResultOf, replySchema } from './protocol.ts';

export interface AgentOptions {
  /** What the host is called in messages. */
  readonly host: string;
  /** Brings what follows to the host: `nsenter --net=/run/netns/LAB-client`, `ssh HOST`, or nothing for this one. */
  readonly prefix: readonly string[];
  /** How lvskit is started there; without it as this process was, which is right for namespaces. */
  readonly launcher?: readonly string[];
  /** Pin it to this CPU. */
  readonly cpu?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly timeoutMs?: number;
}

export interface Agent {
  readonly host: string;
  /** Rejects with the AgentError of whatever went wrong, there or on the way. */
  call<M extends Method>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>>;
  /** Ends it, by force if need be. Never rejects. */
  close(): Promise<void>;
}

const CALL_TIMEOUT_MS = 30_000;
/** After its input has ended an idle agent ends at once; one in a visit has this long. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Resolves when the agent has answered. Throws AGENT_ENDED, AGENT_TIMED_OUT, AGENT_PROTOCOL. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const agent = new ProcessAgent(options);
  try {
    await agent.call('hello', {});
    if (options.cpu !== undefined) await agent.call('pin', { cpus: [options.cpu] });
    return agent;
  } catch (error) {
    await agent.close();
    throw error;
  }
}

interface PendingCall {
  readonly method: Method;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

class ProcessAgent implements Agent {
  readonly host: string;
  readonly #process: LineProcess;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 0;
  #failure: AgentError | undefined;

  constructor({ host, prefix, launcher = ownLauncher(), env = {} }: AgentOptions) {
    this.host = host;
    const argv = [...prefix, ...launcher, 'agent'];
    this.#process = startLineProcess(argv, { env, onLine: (line) => this.#receive(line) });
    this.#process.ended.then((ending) => this.#fail(agentEndedError(host, argv, ending)));
  }

  call<M extends Method>(method: M, params: ParamsOf<M>, options: CallOptions = {}): Promise<ResultOf<M>> {
    const { timeoutMs = CALL_TIMEOUT_MS } = options;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { method, resolve, reject });
    const timer = setTimeout(() => reject(agentTimedOutError(this.host, method, timeoutMs)), timeoutMs);
    this.#process.writeLine(JSON.stringify({ id, method, params }));
    return promise.finally(() => {
      clearTimeout(timer);
      this.#pending.delete(id);
    }) as Promise<ResultOf<M>>;
  }

  async close(): Promise<void> {
    this.#process.endInput();
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    await this.#process.ended;
    clearTimeout(killer);
  }

  #receive(line: string): void {
    const reply = parseReply(line);
    if (reply === undefined) {
      this.#fail(agentProtocolError(this.host, `the agent wrote ${JSON.stringify(line)}`));
      return;
    }
    const call = this.#pending.get(reply.id);
    // An answer to a call that has timed out.
    if (call === undefined) return;
    if ('error' in reply) {
      const { code, message, remedy, fields, exitStatus } = reply.error;
      call.reject(new AgentError(code, this.host, message, { fields, exitStatus, ...(remedy ? { remedy } : {}) }));
      return;
    }
    const result = METHODS[call.method].result.safeParse(reply.result);
    if (result.success) call.resolve(result.data);
    else call.reject(agentProtocolError(this.host, `bad result of ${call.method}: ${result.error.message}`));
  }

  /** Rejects all that is pending and all that follows. */
  #fail(error: AgentError): void {
    this.#failure ??= error;
    for (const call of this.#pending.values()) call.reject(this.#failure);
  }
}

function parseReply(line: string): Reply | undefined {
  try {
    return replySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
