// The control connection of FTP (RFC 959). basic-ftp reads its replies: lines, several of them, several to a packet. Of
// it no more is used: data go over sockets of our own, because node's streams would be what is measured.

import { FTPContext, type FTPResponse, type TaskResolver } from 'basic-ftp';
import { type Ipv4, parseIpv4 } from '../../../model/mod.ts';
import type { ConnectOptions } from '../../../system/mod.ts';
import { TransferFailure } from '../../causes.ts';
import { CLOSED, causeOfControl, failureOfTransfer, OUT_OF_ORDER } from './failure.ts';
import type { FtpMode } from './options.ts';

/** How long the server's word is waited for once its data connection has broken. */
const LAST_WORD_MS = 1000;
const CLOSE_MS = 500;

export class ControlConnection {
  readonly #context: FTPContext;
  #isConnected = false;

  private constructor(timeoutMs: number) {
    this.#context = new FTPContext(timeoutMs);
  }

  /** Connected and greeted. Throws TransferFailure, as all methods do. */
  static async open({ address, port, source, timeoutMs }: ConnectOptions): Promise<ControlConnection> {
    const control = new ControlConnection(timeoutMs);
    const { socket } = control.#context;
    socket.setNoDelay(true);
    socket.connect({ host: address, port, ...(source === undefined ? {} : { localAddress: source }) }, () => {
      control.#isConnected = true;
    });
    await control.#converse(undefined);
    return control;
  }

  get localAddress(): Ipv4 {
    return addressOf(this.#context.socket.localAddress);
  }

  get serverAddress(): Ipv4 {
    return addressOf(this.#context.socket.remoteAddress);
  }

  get bytesReceived(): number {
    return this.#context.socket.bytesRead;
  }

  get bytesSent(): number {
    return this.#context.socket.bytesWritten;
  }

  /** Logs in without a name. */
  async logIn(): Promise<void> {
    const { code } = await this.#converse('USER anonymous');
    if (code === 331) await this.#converse('PASS lvskit@');
    else if (code >= 300) throw new TransferFailure(OUT_OF_ORDER);
  }

  /** The text of the reply. */
  async request(command: string): Promise<string> {
    return (await this.#converse(command)).message;
  }

  /**
   * Sends a command whose data go over another connection. Once the server says that this is open, `move` moves them,
   * and blocks meanwhile. Returns when the server has said that all is well, on the clock of `performance.now()`.
   */
  async transfer(command: string, mode: FtpMode, move: () => void): Promise<number> {
    const context = this.#context;
    let hasBegun = false;
    let problem: unknown;
    try {
      // One task, because basic-ftp drops replies that come between two.
      const endMs = await context.handle(command, (reply, task) => {
        const nowMs = performance.now();
        if (reply instanceof Error) {
          task.reject(reply);
        } else if (reply.code >= 200) {
          if (hasBegun) task.resolve(nowMs);
          else task.reject(new TransferFailure(OUT_OF_ORDER));
        } else if (!hasBegun) {
          hasBegun = true;
          try {
            move();
          } catch (error) {
            problem = error;
          }
          // The time of `move` was none of waiting for a reply.
          context.socket.setTimeout(problem === undefined ? context.timeout : LAST_WORD_MS);
        }
      });
      if (problem === undefined) return endMs;
    } catch (error) {
      throw failureOfTransfer(error, { mode, hasBegun, problem });
    }
    throw problem;
  }

  /** Ends the session in good order, if the server takes part in that. */
  async close(): Promise<void> {
    const context = this.#context;
    if (!context.closed) {
      const goodbye = context.request('QUIT').catch(() => {});
      context.socket.setTimeout(CLOSE_MS);
      await goodbye;
    }
    context.close();
  }

  async #converse(command: string | undefined): Promise<FTPResponse> {
    const greeting = (reply: Error | FTPResponse, task: TaskResolver) => {
      if (reply instanceof Error) task.reject(reply);
      // 120: it will be ready in some minutes; 220 follows.
      else if (reply.code >= 200) task.resolve(reply);
    };
    try {
      return await this.#context.handle(command, greeting);
    } catch (error) {
      throw new TransferFailure(causeOfControl(error, this.#isConnected));
    }
  }
}

function addressOf(text: string | undefined): Ipv4 {
  const address = parseIpv4(text ?? '');
  if (address === undefined) throw new TransferFailure(CLOSED);
  return address;
}
