// Why a file was not transferred by FTP, in words that are the same for every run. What happens to a data connection
// behind a director has reasons of its own, which no error number tells.

import { FTPError } from 'basic-ftp';
import type { Ipv4 } from '../../../model/mod.ts';
import { SocketError } from '../../../system/mod.ts';
import { causeOfErrno, TIMED_OUT_CONNECTING, TIMED_OUT_WAITING, TransferFailure } from '../../causes.ts';
import type { FtpMode } from './options.ts';

/** VS-DR and VS-TUN show a director half of a session, and the helpers of NAT read those at port 21 alone. */
const NOT_FOLLOWED = 'behind VS-DR or VS-TUN it needs persistence or a mark, behind NAT a helper for FTP';

export const CLOSED = 'the server closed the control connection';
export const OUT_OF_ORDER = 'a reply out of order';
export const STOOD_STILL = 'the data stood still';
const CUT_SHORT = 'the server closed in mid transfer';

/** The server could not connect to the client, or waited for it in vain (RFC 959, section 4.2.2). */
const NO_DATA_CONNECTION = 425;

/** Of what basic-ftp rejects with: a reply of 400 or more, or the end of the control connection. */
export function causeOfControl(error: unknown, isConnected: boolean): string {
  // Of several lines the last one says what it comes to.
  if (error instanceof FTPError) return `reply ${error.message.split('\n').at(-1)}`;
  const { code = '0', message } = error as NodeJS.ErrnoException;
  if (message.startsWith('Timeout')) return isConnected ? TIMED_OUT_WAITING : TIMED_OUT_CONNECTING;
  return code === '0' ? CLOSED : causeOfErrno(code);
}

/** Of a passive connection that could not be made. */
export function causeOfPassive(mode: FtpMode, { errno }: SocketError): string {
  if (['EAGAIN', 'EINPROGRESS', 'ETIMEDOUT'].includes(errno)) return explain('data connection not answered', mode);
  const cause = causeOfErrno(errno);
  return ['refused', 'unreachable', 'reset'].includes(cause) ? explain(`data connection ${cause}`, mode) : cause;
}

/** Of an active connection that the server has not made. */
export function causeOfAbsence(mode: FtpMode): string {
  return explain('no data connection came', mode);
}

/** The data connection is not with whom the control connection is with. */
export function causeOfStranger(mode: FtpMode, found: Ipv4, expected: Ipv4): string {
  const what = mode === 'pasv' ? `told to connect to ${found}` : `data connection from ${found}`;
  return explain(`${what}, not ${expected}`, mode);
}

export interface BrokenTransfer {
  readonly mode: FtpMode;
  /** The server had said that the data connection is open. */
  readonly hasBegun: boolean;
  /** What the data connection's end threw, if it did. */
  readonly problem: unknown;
}

/** What to throw of a transfer whose control connection rejected with `error`. */
export function failureOfTransfer(error: unknown, { mode, hasBegun, problem }: BrokenTransfer): unknown {
  if (problem !== undefined && !(problem instanceof SocketError)) return problem;
  if (error instanceof TransferFailure) return error;
  const cause = causeOfControl(error, true);
  if (error instanceof FTPError)
    return new TransferFailure(error.code === NO_DATA_CONNECTION ? explain(cause, mode) : cause);
  if (hasBegun)
    return cause === TIMED_OUT_WAITING ? (problem ?? new TransferFailure(cause)) : new TransferFailure(CUT_SHORT);
  const isMissing = cause === TIMED_OUT_WAITING && (mode === 'port' || mode === 'eprt');
  return new TransferFailure(isMissing ? causeOfAbsence(mode) : cause);
}

function explain(cause: string, mode: FtpMode): string {
  return `${cause} (${mode.toUpperCase()}): ${NOT_FOLLOWED}`;
}
