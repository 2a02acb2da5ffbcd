// Why a transfer failed, in words that are the same for every run, so that they can be counted.

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ETIMEDOUT: 'no answer to the connection',
  EAGAIN: 'no reply in time',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EADDRNOTAVAIL: 'no free port here',
  EADDRINUSE: 'no free port here',
  EMFILE: 'too many open files here',
  ENFILE: 'too many open files here',
  ENOBUFS: 'no memory for a connection here',
};

/** @param errno symbolic */
export function causeOfErrno(errno: string): string {
  return CAUSES[errno] ?? errno;
}

export const TIMED_OUT_CONNECTING = 'no answer to the connection';
export const TIMED_OUT_WAITING = 'no reply in time';
export const TIMED_OUT_RECEIVING = 'the reply stood still';

/** After a failure a client waits this long, so that a dead server is not asked a million times. */
export const PAUSE_AFTER_FAILURE_MS = 50;

/** A file of this machine that a transfer needs. */
export function causeOfOwnFile(path: string, error: unknown): string {
  return `cannot read ${path} here: ${(error as NodeJS.ErrnoException).code}`;
}

/** A transfer that did not come to its end as it should: it is counted by its cause, and the next one follows. */
export class TransferFailure extends Error {
  /** @param cause in words, the same for all that fail in this way */
  constructor(cause: string) {
    super(cause);
    this.name = 'TransferFailure';
  }
}
