// Copies to a server by rsh: the paper's `rsh HOST 'cat > FILE' < FILE`, out of memory. A copy's time runs from the
// beginning of its connection until the server has closed it, after the command has ended.

import {
  acceptTcp,
  allocatePinned,
  closeSocket,
  endSending,
  pinBytes,
  receiveSome,
  SocketError,
  type SourcePorts,
  sendAll,
} from '../../../system/mod.ts';
import { causeOfErrno, TIMED_OUT_WAITING, TransferFailure } from '../../causes.ts';
import type { TransferOptions, Transferred } from '../../transfers.ts';
import { connectPrivileged, sendContent, withOwnCauses } from '../privileged.ts';
import type { InetdLimit } from './inetd-limit.ts';
import { causeOfAnswer, copyCommand, encodeRequest, type RshTarget } from './protocol.ts';

export interface RshOptions extends TransferOptions {
  /** On the server. */
  readonly user: string;
  /** On the server; a file there is removed afterwards. */
  readonly to: RshTarget;
  /** Whether standard error has a connection of its own, which the server makes, as rsh(1) asks for. */
  readonly hasErrorChannel: boolean;
  /** What is copied is read from this file of ours, instead of out of memory. */
  readonly file?: string | undefined;
}

/** Longest answer that is read: a line or two. */
const ANSWER_BYTES = 4096;

const answerMemory = allocatePinned(ANSWER_BYTES);

/** Throws TransferFailure, and the errors of sockets. */
export function copyOnce(options: RshOptions, ports: SourcePorts, limit: InetdLimit): Transferred {
  const { sizeBytes, user, hasErrorChannel } = options;
  const open: number[] = [];
  try {
    const listener = hasErrorChannel ? withOwnCauses(() => ports.listen(options.source)) : undefined;
    if (listener !== undefined) open.push(listener.fd);
    const fd = connect(options, ports, limit);
    open.push(fd);
    const request = pinBytes(encodeRequest({ errorPort: listener?.port ?? 0, user, command: copyCommand(options.to) }));
    sendAll(fd, request.address, request.bytes.length);
    const first = receiveFirst(fd, limit, hasErrorChannel);
    const errorFd = listener === undefined ? undefined : acceptErrors(listener.fd, options.timeoutMs);
    if (errorFd !== undefined) open.push(errorFd);
    const interruption = tryTo(() => {
      sendContent(fd, sizeBytes, options.file);
      endSending(fd);
    });
    const rest = receiveText(fd);
    const errors = errorFd === undefined ? NOTHING : receiveText(errorFd);
    judge(first + rest.text, errors.text, interruption ?? rest.problem ?? errors.problem);
    return { payloadBytes: sizeBytes, wireBytes: request.bytes.length + sizeBytes };
  } finally {
    for (const fd of open) closeSocket(fd);
  }
}

function connect(options: RshOptions, ports: SourcePorts, limit: InetdLimit): number {
  try {
    const fd = connectPrivileged(ports, options);
    limit.connected();
    return fd;
  } catch (error) {
    const cause = error instanceof SocketError && error.errno === 'ECONNREFUSED' ? limit.causeOfRefusal() : undefined;
    throw cause === undefined ? error : new TransferFailure(cause);
  }
}

/** The server's first words. It has connected back by then, if it was to. */
function receiveFirst(fd: number, limit: InetdLimit, hasErrorChannel: boolean): string {
  const { text, problem } = receiveText(fd, 1);
  if (text !== '') return text;
  const isClosed = problem === undefined || problem === 'ECONNRESET';
  if (isClosed) limit.closedUnanswered();
  const cause = isClosed ? 'closed without a reply' : causeOfErrno(problem);
  throw new TransferFailure(hasErrorChannel ? `${cause} (was to connect back for standard error)` : cause);
}

function acceptErrors(listener: number, timeoutMs: number): number {
  return acceptTcp(listener, { waitMs: timeoutMs, timeoutMs });
}

/** The errno that ended it, if one did. What the server has said before that is still to be read. */
function tryTo(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    return error.errno;
  }
}

interface Received {
  readonly text: string;
  /** errno; without it the server has closed in good order. */
  readonly problem?: string | undefined;
}

const NOTHING: Received = { text: '' };

/** All that comes until the server closes, or until there are `enough` bytes. */
function receiveText(fd: number, enough = ANSWER_BYTES): Received {
  let text = '';
  const problem = tryTo(() => {
    while (text.length < enough) {
      const count = receiveSome(fd, answerMemory.address, ANSWER_BYTES);
      if (count === 0) return;
      text += Buffer.from(answerMemory.bytes.subarray(0, count)).toString('latin1');
    }
  });
  return { text, problem };
}

function judge(answer: string, errors: string, problem: string | undefined): void {
  const hasSpoken = answer.length > 1 || errors !== '';
  if (problem !== undefined && !hasSpoken) {
    throw new TransferFailure(problem === 'EAGAIN' ? TIMED_OUT_WAITING : causeOfErrno(problem));
  }
  const cause = causeOfAnswer(answer, errors);
  if (cause !== undefined) throw new TransferFailure(cause);
}
