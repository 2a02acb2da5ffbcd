// The loops between two SYNCs: blocks going to and fro, timed at one end. Nothing is allocated or decided in them,
// because everything in a loop is part of what it measures: 0.1 µs here is 1 % of a 64-byte block's time.

import { exchangeAll, receiveAll, sendAll } from '../../system/mod.ts';
import { TimeHistogram } from '../histogram.ts';
import { allocateStamps, elapsedNs, recordIntervals, STAMPS_PER_BATCH } from '../stamps.ts';
import type { NetpipeLink } from './link.ts';

/** Runs `count` exchanges and stamps the time before the first and after each. */
type StampedLoop = (fd: number, address: number, sizeBytes: number, count: number, stamps: Float64Array) => void;

export const stampTwoWay: StampedLoop = (fd, address, sizeBytes, count, stamps) => {
  stamps[0] = performance.now();
  for (let i = 1; i <= count; i++) {
    sendAll(fd, address, sizeBytes);
    receiveAll(fd, address, sizeBytes);
    stamps[i] = performance.now();
  }
};

const stampStream: StampedLoop = (fd, address, sizeBytes, count, stamps) => {
  stamps[0] = performance.now();
  for (let i = 1; i <= count; i++) {
    receiveAll(fd, address, sizeBytes);
    stamps[i] = performance.now();
  }
};

const stampBidirectional: StampedLoop = (fd, address, sizeBytes, count, stamps) => {
  stamps[0] = performance.now();
  for (let i = 1; i <= count; i++) {
    exchangeAll(fd, address, address, sizeBytes);
    stamps[i] = performance.now();
  }
};

export function answerBlocks(fd: number, address: number, sizeBytes: number, count: number): void {
  for (let i = 0; i < count; i++) {
    receiveAll(fd, address, sizeBytes);
    sendAll(fd, address, sizeBytes);
  }
}

function sendBlocks(fd: number, address: number, sizeBytes: number, count: number): void {
  for (let i = 0; i < count; i++) sendAll(fd, address, sizeBytes);
}

export function receiveBlocks(fd: number, address: number, sizeBytes: number, count: number): void {
  for (let i = 0; i < count; i++) receiveAll(fd, address, sizeBytes);
}

/** Times exchanges and keeps a sample of each. */
export class ExchangeTimer {
  readonly histogram = new TimeHistogram();
  readonly #stamps = allocateStamps();
  #share = 1;

  /** Of an exchange, not of a sample; undefined without samples. */
  get medianNs(): number | undefined {
    return this.histogram.count === 0 ? undefined : this.histogram.percentile(50) / this.#share;
  }

  /** Sends a block and awaits it back; a sample is half of that. ns in all, as for all of these. */
  timeTwoWay(link: NetpipeLink, sizeBytes: number, exchanges: number): number {
    return this.#time(stampTwoWay, 0.5, link, sizeBytes, exchanges);
  }

  /** Receives block after block; a sample is the time from one to the next. */
  timeStream(link: NetpipeLink, sizeBytes: number, exchanges: number): number {
    return this.#time(stampStream, 1, link, sizeBytes, exchanges);
  }

  /** Sends and receives a block at the same time. */
  timeBidirectional(link: NetpipeLink, sizeBytes: number, exchanges: number): number {
    return this.#time(stampBidirectional, 1, link, sizeBytes, exchanges);
  }

  #time(loop: StampedLoop, share: number, link: NetpipeLink, sizeBytes: number, exchanges: number): number {
    const address = link.blockAddress(sizeBytes);
    this.#share = share;
    let totalNs = 0;
    for (let left = exchanges; left > 0; left -= STAMPS_PER_BATCH) {
      const count = Math.min(left, STAMPS_PER_BATCH);
      link.transfer(() => loop(link.fd, address, sizeBytes, count, this.#stamps));
      totalNs += elapsedNs(this.#stamps, count);
      recordIntervals(this.#stamps, count, share, this.histogram);
    }
    return totalNs;
  }
}

/** The other end of {@link ExchangeTimer.timeTwoWay}. */
export function answerTwoWay(link: NetpipeLink, sizeBytes: number, exchanges: number): void {
  const address = link.blockAddress(sizeBytes);
  link.transfer(() => answerBlocks(link.fd, address, sizeBytes, exchanges));
}

/** The other end of {@link ExchangeTimer.timeStream}. */
export function sendStream(link: NetpipeLink, sizeBytes: number, exchanges: number): void {
  const address = link.blockAddress(sizeBytes);
  link.transfer(() => sendBlocks(link.fd, address, sizeBytes, exchanges));
}
