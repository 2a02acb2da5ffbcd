// A netpipe client in a window: a connection of its own to a receiver of ours, with blocks of one size for as long as the
// measurement lasts.

import { connectTcp, SocketError } from '../../../system/mod.ts';
import { causeOfErrno } from '../../causes.ts';
import { TransferError } from '../../errors.ts';
import { NetpipeLink } from '../../netpipe/link.ts';
import { transmitWindow } from '../../netpipe/window.ts';
import type { WindowVisit } from '../../netpipe/wire.ts';
import type { TransferResult } from '../../transfer-record.ts';
import type { TransferOptions } from '../../transfers.ts';

/** Blocks this process until it is over. Throws TRANSFER_FAILED when a connection cannot be made or breaks. */
export function runNetpipe(options: TransferOptions, mode: WindowVisit['mode']): TransferResult {
  const { address, port, seconds, sizeBytes, timeoutMs } = options;
  const nowMs = performance.now();
  const window = options.commonWindow ?? { startMs: nowMs, endMs: nowMs + seconds * 1000 };
  try {
    const link = new NetpipeLink(connectTcp(options), timeoutMs);
    try {
      link.awaitSync();
      link.sendWindow({ sizeBytes, mode });
      return transmitWindow(link, { sizeBytes, mode }, window);
    } finally {
      link.close();
    }
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    throw new TransferError(`netpipe://${address}:${port}`, causeOfErrno(error.errno));
  }
}
