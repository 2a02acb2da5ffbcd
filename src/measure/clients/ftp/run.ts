// A run of files by FTP. Where sessions are kept, a file's time is its own; where each has one (`filesPerSession` 1),
// it begins with the session's connection and includes the log-in. The end of a session is in nobody's time.

import { randomBytes } from 'node:crypto';
import { paperFileName } from '../../services/files.ts';
import type { TransferResult } from '../../transfer-record.ts';
import { runTransfers, type Transferred, tryTransfer } from '../../transfers.ts';
import type { FtpRunOptions } from './options.ts';
import type { FtpSession } from './session.ts';

/** Throws TRANSFER_FAILED when the first file, which is not measured, fails. */
export async function runFtp(options: FtpRunOptions): Promise<TransferResult> {
  const client = new FtpClient(options);
  try {
    await tryTransfer(`ftp://${options.address}:${options.port}/${client.path}`, () => client.transfer());
    return await runTransfers(options, () => client.transfer());
  } finally {
    await client.close();
  }
}

class FtpClient {
  readonly path: string;
  readonly #options: FtpRunOptions;
  #session: FtpSession | undefined;
  #filesLeft = 0;

  constructor(options: FtpRunOptions) {
    this.#options = options;
    const { direction, uploadFolder, sizeBytes } = options;
    this.path =
      direction === 'get'
        ? paperFileName(Math.log2(sizeBytes))
        : `${uploadFolder}/lvskit-${randomBytes(6).toString('hex')}`;
  }

  async transfer(): Promise<Transferred> {
    this.#session ??= await this.#open();
    try {
      const transferred = await this.#session[this.#options.direction](this.path);
      this.#filesLeft--;
      if (this.#filesLeft === 0) await this.close();
      return transferred;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** A server that has gone away keeps what it was sent. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    if (this.#options.direction === 'put') await session.remove(this.path).catch(() => {});
    await session.close();
  }

  async #open(): Promise<FtpSession> {
    this.#filesLeft = this.#options.filesPerSession;
    // Agents and services of other protocols need not load what only FTP does.
    const { FtpSession } = await import('./session.ts');
    return await FtpSession.open(this.#options);
  }
}
