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

/** A measuring program of somebody else's that ended without a result. */
export class ProgramError extends LvskitError {
  constructor(program: string, why: string) {
    super('PROGRAM_FAILED', `${program} has measured nothing: ${why}`, {
      fields: { program, why },
      remedy: 'check that its other end runs, with options that go together; without --json it says more itself',
    });
  }
}

/** @param connection that another host answered than the one whose turn it was, or nobody; from 1 */
export function outOfTurnError(peer: string, connection: number): LvskitError {
  return new LvskitError('LINES_OUT_OF_TURN', `${peer}: connection ${connection} was out of turn`, {
    fields: { peer, connection },
    remedy:
      'see with `ipvsadm -Ln` there whether the service is scheduled by rr, with equal weights and no persistence',
  });
}

/** A transfer that had to succeed before anything could be measured. */
export class TransferError extends LvskitError {
  /** The cause, as failures are counted by. */
  readonly why: string;

  constructor(what: string, why: string) {
    super('TRANSFER_FAILED', `cannot transfer ${what}: ${why}`, {
      fields: { what, why },
      remedy: 'check address and port, and that the service is there, has the file and lets this host in',
    });
    this.why = why;
  }
}

/** A service cannot have its files there. */
export class FolderUnfitError extends LvskitError {
  constructor(folder: string, why: string) {
    super('SERVICE_FOLDER_UNFIT', `the service cannot have its files in ${folder}: ${why}`, {
      fields: { folder, why },
      remedy: 'choose another with --folder',
    });
  }
}
