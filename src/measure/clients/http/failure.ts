// Why a request failed that is no matter of the connection: what is wrong with its reply.

import type { ReplyParser } from './reply-parser.ts';

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
