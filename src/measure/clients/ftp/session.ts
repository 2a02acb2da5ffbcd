// A session of an anonymous FTP user, one file after the other. A file's time runs from asking for its data connection
// to the server's word that all of it has gone over; what is fetched goes nowhere, what is sent comes from memory.

import { allocatePinned, receiveSome, SocketError, sendAll } from '../../../system/mod.ts';
import { TransferFailure } from '../../causes.ts';
import type { Transferred } from '../../transfers.ts';
import { ControlConnection } from './control.ts';
import { agree } from './data-connection.ts';
import { STOOD_STILL } from './failure.ts';
import type { FtpRunOptions } from './options.ts';

const BUFFER_BYTES = 256 * 1024;

const buffer = allocatePinned(BUFFER_BYTES);
const content = allocatePinned(BUFFER_BYTES);
content.bytes.fill('0'.charCodeAt(0));

export class FtpSession {
  readonly #control: ControlConnection;
  readonly #options: FtpRunOptions;

  private constructor(control: ControlConnection, options: FtpRunOptions) {
    this.#control = control;
    this.#options = options;
  }

  /** Logged in, for binary files. Throws TransferFailure, as all methods do. */
  static async open(options: FtpRunOptions): Promise<FtpSession> {
    const control = await ControlConnection.open(options);
    try {
      await control.logIn();
      await control.request('TYPE I');
      return new FtpSession(control, options);
    } catch (error) {
      await control.close();
      throw error;
    }
  }

  async get(path: string): Promise<Transferred> {
    const before = this.#control.bytesReceived;
    const { bytes, endMs } = await this.#transfer(`RETR ${path}`, receiveFile);
    this.#checkSize(bytes);
    return { payloadBytes: bytes, wireBytes: bytes + this.#control.bytesReceived - before, endMs };
  }

  /** The size that the server then has is asked for behind the time. */
  async put(path: string): Promise<Transferred> {
    const { sizeBytes } = this.#options;
    const before = this.#control.bytesSent;
    const { endMs } = await this.#transfer(`STOR ${path}`, (fd) => sendFile(fd, sizeBytes));
    const wireBytes = sizeBytes + this.#control.bytesSent - before;
    this.#checkSize(Number(/^213 (\d+)/.exec(await this.#control.request(`SIZE ${path}`))?.[1]));
    return { payloadBytes: sizeBytes, wireBytes, endMs };
  }

  async remove(path: string): Promise<void> {
    await this.#control.request(`DELE ${path}`);
  }

  /** Never throws. */
  close(): Promise<void> {
    return this.#control.close();
  }

  #checkSize(bytes: number): void {
    const { sizeBytes } = this.#options;
    if (bytes !== sizeBytes) throw new TransferFailure(`${bytes} bytes instead of ${sizeBytes}`);
  }

  /** `move` is to return how many bytes it has moved, all there are. */
  async #transfer(command: string, move: (fd: number) => number): Promise<{ bytes: number; endMs: number }> {
    const data = await agree(this.#control, this.#options);
    let bytes = 0;
    let isOpen = true;
    const close = () => {
      if (isOpen) data.close();
      isOpen = false;
    };
    try {
      const endMs = await this.#control.transfer(command, this.#options.mode, () => {
        try {
          bytes = move(data.take());
        } finally {
          // Of what is sent this is the end.
          close();
        }
      });
      return { bytes, endMs };
    } finally {
      close();
    }
  }
}

function receiveFile(fd: number): number {
  return withOwnCauses(() => {
    let bytes = 0;
    for (;;) {
      const count = receiveSome(fd, buffer.address, BUFFER_BYTES);
      if (count === 0) return bytes;
      bytes += count;
    }
  });
}

function sendFile(fd: number, sizeBytes: number): number {
  return withOwnCauses(() => {
    for (let left = sizeBytes; left > 0; left -= BUFFER_BYTES)
      sendAll(fd, content.address, Math.min(left, BUFFER_BYTES));
    return sizeBytes;
  });
}

function withOwnCauses<T>(move: () => T): T {
  try {
    return move();
  } catch (error) {
    throw error instanceof SocketError && error.errno === 'EAGAIN' ? new TransferFailure(STOOD_STILL) : error;
  }
}
