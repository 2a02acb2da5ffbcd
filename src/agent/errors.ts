// Errors of driving agents. What goes wrong inside an agent keeps its own code and gains the name of the host.

import { type ErrorDetails, LvskitError } from '../model/mod.ts';
import { type Ending, quote } from '../system/mod.ts';

/** A host's agent could not be used, or could not do what it was asked to. */
export class AgentError extends LvskitError {
  readonly host: string;

  constructor(code: string, host: string, message: string, details: ErrorDetails = {}) {
    super(code, `${host}: ${message}`, { ...details, fields: { host, ...details.fields } });
    this.host = host;
  }
}

/** The agent, or the prefix before it (ssh, nsenter), ended while it was needed. */
export function agentEndedError(host: string, argv: readonly string[], ending: Ending): AgentError {
  const { status, signal, startError, stderrLines } = ending;
  const how =
    startError !== undefined
      ? `could not be started: ${startError.message}`
      : `ended ${signal === null ? `with status ${status}` : `by ${signal}`}`;
  const said = stderrLines.length === 0 ? '' : `; it said: ${stderrLines.join(' | ')}`;
  return new AgentError('AGENT_ENDED', host, `the agent ${how}${said}`, {
    cause: startError,
    fields: { argv, status, signal, stderr: stderrLines },
    remedy: `check that this command runs: ${quote(argv)}`,
  });
}

export function agentTimedOutError(host: string, method: string, timeoutMs: number): AgentError {
  return new AgentError('AGENT_TIMED_OUT', host, `the agent has not answered ${method} within ${timeoutMs / 1000} s`, {
    fields: { method, timeoutMs },
    remedy: 'check that the host is up, and that packets pass between the hosts that it talks to',
  });
}

/** One side received what the other should not have sent. */
export function agentProtocolError(host: string, what: string, cause?: unknown): AgentError {
  return new AgentError('AGENT_PROTOCOL', host, what, {
    cause,
    remedy: 'install the same version of lvskit on both hosts, and let no shell start-up file write on stdout',
  });
}

/** An id that is not, or no longer, one of the agent's sockets and services. */
export function unknownHandleError(kind: string, handle: number): LvskitError {
  return new LvskitError('AGENT_UNKNOWN_HANDLE', `this agent has no ${kind} ${handle}`, {
    fields: { kind, handle },
    remedy: 'use what the agent returned for it, and not after closing it',
  });
}

/** The host that was reached is not the machine that it was taken for, or not set up yet. */
export function wrongHostError(lacks: string): LvskitError {
  return new LvskitError('AGENT_WRONG_HOST', `this host has ${lacks}`, {
    remedy: 'check that the words which lead to the host lead to this machine of the conf, and that its NICs are up',
  });
}
