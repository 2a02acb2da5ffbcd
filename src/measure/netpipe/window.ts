// Netpipe in a window that others share: blocks of one size, without a pause from now until the window has ended, of which
// counts what fell into it. On the wire: REP n and n blocks, again and again, then REP 0, and a SYNC from the receiver when
// all has arrived. REP stands right before its blocks, so that announcing them costs no round trip.

import { sendAllLooking, underWayBytes } from '../../system/mod.ts';
import { allocateStamps } from '../stamps.ts';
import { type TimeWindow, TransferRecord, type TransferResult } from '../transfer-record.ts';
import { answerBlocks, receiveBlocks, stampTwoWay } from './exchange.ts';
import type { NetpipeLink } from './link.ts';
import { StreamRecord } from './stream-record.ts';
import type { WindowVisit } from './wire.ts';

/** How long blocks that were announced together are to take: by so much the last may end after the window. */
const BATCH_MS = 5;
const LARGEST_BATCH = 1024;
/** A stream that stands before a full buffer is looked at so often. */
const LOOK_MS = 2;

/**
 * The transmitter's part, which ends when the receiver has all. In mode twoway a transfer is a round trip, whose payload is
 * a block each way, as in netpipe's throughput. In mode stream it is a block, and what counts is what the peer's TCP says it
 * has.
 */
export function transmitWindow(
  link: NetpipeLink,
  { sizeBytes, mode }: WindowVisit,
  window: TimeWindow,
): TransferResult {
  const address = link.blockAddress(sizeBytes);
  const result = link.transfer(() =>
    mode === 'twoway' ? sendTwoWay(link, address, sizeBytes, window) : sendStream(link, address, sizeBytes, window),
  );
  link.sendRepeats(0);
  link.awaitSync();
  return result;
}

/** The receiver's part: it needs no window, for the transmitter tells it how many blocks there are. */
export function receiveWindow(link: NetpipeLink, { sizeBytes, mode }: WindowVisit): void {
  const address = link.blockAddress(sizeBytes);
  const take = mode === 'twoway' ? answerBlocks : receiveBlocks;
  link.transfer(() => {
    for (let count = link.receiveRepeats(); count > 0; count = link.receiveRepeats()) {
      take(link.fd, address, sizeBytes, count);
    }
  });
  link.sendSync();
}

function sendTwoWay(link: NetpipeLink, address: number, sizeBytes: number, window: TimeWindow): TransferResult {
  const stamps = allocateStamps();
  const record = new TransferRecord(performance.now(), window);
  let endMs = performance.now();
  for (let count = 1; endMs < window.endMs; ) {
    link.sendRepeats(count);
    stampTwoWay(link.fd, address, sizeBytes, count, stamps);
    for (let i = 0; i < count; i++) {
      const payloadBytes = 2 * sizeBytes;
      record.succeed(stamps[i] ?? 0, stamps[i + 1] ?? 0, payloadBytes, payloadBytes);
    }
    const tookMs = (stamps[count] ?? 0) - (stamps[0] ?? 0);
    count = nextBatch(count, tookMs);
    endMs = performance.now();
  }
  return record.finish(endMs);
}

function sendStream(link: NetpipeLink, address: number, sizeBytes: number, window: TimeWindow): TransferResult {
  let nowMs = performance.now();
  const record = new StreamRecord(nowMs, sizeBytes, window);
  let handedBytes = 0;
  const look = (takenBytes: number) => {
    const arrivedBytes = handedBytes + takenBytes - underWayBytes(link.fd);
    nowMs = performance.now();
    // The few bytes of a REP among those under way are no payload.
    record.look(nowMs, Math.max(0, arrivedBytes));
  };
  const send = (fd: number, from: number, lengthBytes: number) => sendAllLooking(fd, from, lengthBytes, LOOK_MS, look);
  for (let count = 1; nowMs < window.endMs; ) {
    const beganMs = nowMs;
    link.sendRepeats(count, send);
    for (let block = 0; block < count; block++) {
      send(link.fd, address, sizeBytes);
      handedBytes += sizeBytes;
    }
    look(0);
    count = nextBatch(count, nowMs - beganMs);
  }
  return record.finish();
}

/** As many as fill the time of a batch, if they take as long as the last ones did; not many more at once. */
function nextBatch(count: number, tookMs: number): number {
  const fitting = Math.floor((count * BATCH_MS) / Math.max(tookMs, Number.MIN_VALUE));
  return Math.max(1, Math.min(fitting, 4 * count, LARGEST_BATCH));
}
