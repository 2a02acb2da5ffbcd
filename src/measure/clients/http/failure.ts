// Why a request failed, in words that are the same for every run, so that they can be counted.

import type { ReplyParser } from './reply-parser.ts';

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

/** Of a connection that the peer closed before the end of the reply. */
export function causeOfClosing(parser: ReplyParser): string {
  return parser.hasBegun ? 'reply cut short' : 'closed without a reply';
}

/** Of a reply that has ended; undefined when it is what was wanted. */
export function causeOfReply(parser: ReplyParser, expectedBytes: number | undefined): string | undefined {
  if (parser.isMalformed) return `malformed reply: ${parser.problem}`;
  if (parser.status >= 300) return `status ${parser.status}`;
  if (expectedBytes !== undefined && parser.bodyBytes !== expectedBytes)
    return `${parser.bodyBytes} bytes instead of ${expectedBytes}`;
  return undefined;
}

export const BYTES_AFTER_REPLY = 'malformed reply: bytes after its end';
