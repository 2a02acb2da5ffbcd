// Errors of measuring: a peer that speaks something else. Failing sockets have their errors in the system area.

import { LvskitError } from '../model/mod.ts';

/** What came where a SYNC, REP, TIME or QUIT had to come. */
export function notNetpipeError(received: Uint8Array): LvskitError {
  const text = JSON.stringify(Buffer.from(received).toString('latin1'));
  return new LvskitError('NETPIPE_PEER_MISMATCH', `the peer is no netpipe in step with this one: it sent ${text}`, {
    fields: { received: text },
    remedy: 'start a netpipe receiver there, with the same options (-l, -p, -s, -2, --trials) at both ends',
  });
}

/** The answer of a line service that was no line. */
export function lineMissingError(peer: string, received: string): LvskitError {
  return new LvskitError(
    'LINE_MISSING',
    `${peer} closed the connection after ${JSON.stringify(received)}, not a line`,
    {
      remedy: 'check that the line service, and nothing else, listens there',
    },
  );
}

/** A transfer that had to succeed before anything could be measured. */
export class TransferError extends LvskitError {
  constructor(what: string, why: string) {
    super('TRANSFER_FAILED', `cannot fetch ${what}: ${why}`, {
      fields: { what, why },
      remedy: 'check address and port, and that the service is there and has the file',
    });
  }
}
