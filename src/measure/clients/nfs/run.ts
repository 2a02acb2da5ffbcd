// Files over NFS, one after the other, on an export that is mounted once. Reading, a transfer runs from the LOOKUP of
// the name to the last reply; writing, from the CREATE to the reply after which all is on the server's disk (COMMIT, or
// the last WRITE with FILE_SYNC). Nothing is cached here unless that is asked for: each transfer goes over the wire. After a
// failure the next transfer mounts again first, and its time counts from there.

import { TransferFailure } from '../../causes.ts';
import { paperFileName } from '../../services/files.ts';
import type { TransferResult } from '../../transfer-record.ts';
import { runTransfers, type TransferOptions, type Transferred, tryTransfer } from '../../transfers.ts';
import { NoReplyFailure } from './rpc-client.ts';
import { type NfsOptions, NfsSession, type RpcCounts } from './session.ts';

export interface NfsRunOptions
  extends NfsOptions,
    Pick<TransferOptions, 'sizeBytes' | 'seconds' | 'commonWindow' | 'most' | 'prepare'> {
  /** Files go from here to the server, where they are removed again. */
  readonly isWriting: boolean;
  /** Each WRITE is to be on the disk before it is answered. */
  readonly isSync: boolean;
}

/** Throws TRANSFER_FAILED when the first transfer, which is not measured, fails. */
export async function runNfs(options: NfsRunOptions): Promise<TransferResult> {
  const files = new MountedFiles(options);
  try {
    await tryTransfer(files.name, () => files.transfer());
    const before = files.counts;
    const result = await runTransfers(options, () => files.transfer());
    const after = files.counts;
    return {
      ...result,
      counts: {
        retransmissions: after.retransmissions - before.retransmissions,
        'late replies': after.lateReplies - before.lateReplies,
        'stray replies': after.strayReplies - before.strayReplies,
      },
    };
  } finally {
    files.close();
  }
}

/** Mounts when there is something to do, and anew after a failure. */
class MountedFiles {
  /** Of a file, for messages. */
  readonly name: string;
  readonly #options: NfsRunOptions;
  readonly #fileName: string;
  #session: NfsSession | undefined;
  #ended: RpcCounts = { retransmissions: 0, lateReplies: 0, strayReplies: 0 };

  constructor(options: NfsRunOptions) {
    this.#options = options;
    const { address, port, exportPath, sizeBytes, isWriting } = options;
    this.#fileName = isWriting ? `lvskit-${process.pid}-${Date.now()}` : paperFileName(Math.log2(sizeBytes));
    this.name = `nfs://${address}:${port}${exportPath}/${this.#fileName}`;
  }

  /** Of all sessions. */
  get counts(): RpcCounts {
    return this.#session === undefined ? this.#ended : sumOf(this.#ended, this.#session.counts);
  }

  transfer(): Transferred {
    this.#session ??= new NfsSession(this.#options);
    try {
      return this.#options.isWriting ? this.#write(this.#session) : this.#read(this.#session);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#session === undefined) return;
    this.#ended = this.counts;
    const session = this.#session;
    this.#session = undefined;
    session.close();
  }

  #read(session: NfsSession): Transferred {
    const { sizeBytes } = this.#options;
    const before = session.receivedBytes;
    session.read(this.#fileName, sizeBytes);
    return { payloadBytes: sizeBytes, wireBytes: session.receivedBytes - before };
  }

  #write(session: NfsSession): Transferred {
    const { sizeBytes } = this.#options;
    const before = session.sentBytes;
    try {
      session.write(this.#fileName, sizeBytes, this.#options);
    } catch (error) {
      if (!(error instanceof NoReplyFailure)) this.#removeWhatIsThere(session);
      throw error;
    }
    const endMs = performance.now();
    const wireBytes = session.sentBytes - before;
    session.remove(this.#fileName);
    return { payloadBytes: sizeBytes, wireBytes, endMs };
  }

  /** A file that filled the disk would be in the way of all that follow. */
  #removeWhatIsThere(session: NfsSession): void {
    try {
      session.remove(this.#fileName);
    } catch (error) {
      if (!(error instanceof TransferFailure)) throw error;
    }
  }
}

function sumOf(a: RpcCounts, b: RpcCounts): RpcCounts {
  return {
    retransmissions: a.retransmissions + b.retransmissions,
    lateReplies: a.lateReplies + b.lateReplies,
    strayReplies: a.strayReplies + b.strayReplies,
  };
}
