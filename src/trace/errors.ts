// Errors of asking for a trace.

import { LvskitError } from '../model/mod.ts';

/** @param at place among the words; behind the last where something is missing */
export function filterInvalid(words: readonly string[], at: number, what: string): LvskitError {
  const place = at < words.length ? `word ${at + 1}` : 'its end';
  return new LvskitError('TRACE_FILTER_INVALID', `filter '${words.join(' ')}', ${place}: ${what}`, {
    exitStatus: 2,
    fields: { words, at },
    remedy:
      'terms are tcp, udp, sctp, icmp, host A, src A, dst A, port N, client A, server A, vip A or A:P, and dropped; ' +
      'join them by and',
  });
}
