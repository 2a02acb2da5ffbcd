// What a run of FTP transfers is given.

import type { TransferOptions } from '../../transfers.ts';

/** By which command both ends agree on a data connection: the client makes it (passive), or the server (active). */
export const FTP_MODES = ['pasv', 'epsv', 'port', 'eprt'] as const;
export type FtpMode = (typeof FTP_MODES)[number];

export interface FtpRunOptions extends TransferOptions {
  readonly mode: FtpMode;
  readonly direction: 'get' | 'put';
  /** After so many a session is ended; 1: each has its own, and logs in within its time. */
  readonly filesPerSession: number;
  /** Where on the server `put` may write. */
  readonly uploadFolder: string;
}
