// What is said when a socket fails: one code for each way that a user can do something about.

import { getSystemErrorMap } from 'node:util';
import { LvskitError } from '../model/mod.ts';

/** A call on a socket failed. `errno` is the symbolic name (ECONNRESET), or EOF when the peer closed in good order. */
export class SocketError extends LvskitError {
  readonly errno: string;

  constructor(code: string, message: string, errno: string, remedy: string, cause: unknown) {
    super(code, message, { remedy, cause, fields: { errno } });
    this.errno = errno;
  }
}

interface Explanation {
  readonly code: string;
  readonly remedy: string;
}

const PORT_IN_USE: Explanation = {
  code: 'SOCKET_PORT_IN_USE',
  remedy: 'choose another port, or end what listens there (`ss -tlnp` shows it)',
};
const REFUSED: Explanation = { code: 'SOCKET_REFUSED', remedy: 'start the service there, or check address and port' };
const UNREACHABLE: Explanation = { code: 'SOCKET_UNREACHABLE', remedy: 'check routes and links towards that address' };
const TIMED_OUT: Explanation = {
  code: 'SOCKET_TIMED_OUT',
  remedy: 'check that packets pass in both directions, and that both ends run with the same options',
};
const PEER_CLOSED: Explanation = {
  code: 'SOCKET_PEER_CLOSED',
  remedy: 'see what the peer says; both ends must run with the same options',
};
const FAILED: Explanation = { code: 'SOCKET_FAILED', remedy: 'check the address and the privileges of this process' };

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  EADDRINUSE: PORT_IN_USE,
  ECONNREFUSED: REFUSED,
  ENETUNREACH: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  EAGAIN: TIMED_OUT,
  EINPROGRESS: TIMED_OUT,
  ETIMEDOUT: TIMED_OUT,
  EOF: PEER_CLOSED,
  ECONNRESET: PEER_CLOSED,
  EPIPE: PEER_CLOSED,
};

/** `what` was being done: `connect to 10.0.0.1:5002`. `errno` is symbolic. */
export function socketError(what: string, errno: string, cause?: unknown): SocketError {
  const { code, remedy } = EXPLANATIONS[errno] ?? FAILED;
  return new SocketError(code, `cannot ${what}: ${reasonOf(code, errno)}`, errno, remedy, cause);
}

function reasonOf(code: string, errno: string): string {
  if (code === TIMED_OUT.code) return 'nothing came back in time';
  if (errno === 'EOF') return 'the peer closed the connection';
  const known = [...getSystemErrorMap().values()].find(([name]) => name === errno);
  return known === undefined ? errno : `${known[1]} (${errno})`;
}
