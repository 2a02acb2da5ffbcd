// What a stream of blocks has moved, from looks at how many bytes have arrived by now. Between two looks they are taken to
// have come evenly.

import { TimeHistogram } from '../histogram.ts';
import { StallFinder } from '../stalls.ts';
import { coveredShare, type TimeWindow, type TransferResult } from '../transfer-record.ts';

export class StreamRecord {
  readonly #beganMs: number;
  readonly #sizeBytes: number;
  readonly #window: TimeWindow;
  readonly #histogram = new TimeHistogram();
  readonly #inWindow = new TimeHistogram();
  readonly #stalls: StallFinder;
  readonly #cpuBefore = process.cpuUsage();
  #lastMs: number;
  #bytes = 0;
  #windowBytes = 0;

  /** Times are on the clock of `performance.now()`. */
  constructor(beganMs: number, sizeBytes: number, window: TimeWindow) {
    this.#beganMs = beganMs;
    this.#lastMs = beganMs;
    this.#sizeBytes = sizeBytes;
    this.#window = window;
    this.#stalls = new StallFinder(beganMs);
  }

  /** `bytes` have arrived since the beginning. Nothing new says nothing yet: the next look covers this time, too. */
  look(nowMs: number, bytes: number): void {
    const newBytes = bytes - this.#bytes;
    if (newBytes <= 0) return;
    const tookMs = nowMs - this.#lastMs;
    const { startMs, endMs } = this.#window;
    const insideMs = Math.min(nowMs, endMs) - Math.max(this.#lastMs, startMs);
    const blockNs = (tookMs * 1e6 * this.#sizeBytes) / newBytes;
    this.#histogram.record(blockNs);
    this.#stalls.look(this.#lastMs, nowMs);
    if (insideMs > 0) {
      this.#windowBytes += (newBytes * insideMs) / tookMs;
      this.#inWindow.record(blockNs);
    }
    this.#bytes = bytes;
    this.#lastMs = nowMs;
  }

  /** Times per block are means between two looks. */
  finish(): TransferResult {
    const seconds = (this.#lastMs - this.#beganMs) / 1000;
    const cpu = process.cpuUsage(this.#cpuBefore);
    const transfers = Math.floor(this.#bytes / this.#sizeBytes);
    return {
      seconds,
      transfers,
      transfersPerSecond: seconds === 0 ? 0 : transfers / seconds,
      payloadBytes: this.#bytes,
      wireBytes: this.#bytes,
      timeNs: this.#histogram.summarize(),
      histogram: this.#histogram.encode(),
      failures: {},
      stalls: this.#stalls.finish(this.#lastMs),
      cpuShare: seconds === 0 ? 0 : (cpu.user + cpu.system) / 1e6 / seconds,
      window: {
        payloadBytes: this.#windowBytes,
        transfers: Math.floor(this.#windowBytes / this.#sizeBytes),
        timeNs: this.#inWindow.summarize(),
        histogram: this.#inWindow.encode(),
        covered: coveredShare(this.#window, this.#beganMs),
      },
    };
  }
}
