// What every client of a service measures, in the same form: how long each transfer took, how much came, what failed and
// why, when it stalled.

import type { TimeSummary } from '../model/mod.ts';
import { TimeHistogram } from './histogram.ts';
import { type Stall, StallFinder } from './stalls.ts';

/** A part of the measurement, on the clock of `performance.now()`. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** What fell into a window. */
export interface WindowResult {
  /** A transfer that was partly in it counts with the share of its time. */
  readonly payloadBytes: number;
  /** That ended in it. */
  readonly transfers: number;
  /** Of these, ns. */
  readonly timeNs: TimeSummary;
  readonly histogram: string;
  /** Of the window, the share that followed the beginning of the measurement: below 1 where that came too late. */
  readonly covered: number;
}

/** {@link WindowResult.covered} of a measurement that began then. */
export function coveredShare({ startMs, endMs }: TimeWindow, beganMs: number): number {
  return Math.max(0, 1 - Math.max(0, beganMs - startMs) / (endMs - startMs));
}

export interface TransferResult {
  /** Of the measurement. */
  readonly seconds: number;
  /** That came to their end as they should. */
  readonly transfers: number;
  readonly transfersPerSecond: number;
  /** What was asked for, without heads and framing. */
  readonly payloadBytes: number;
  /** All that was received on the connections. */
  readonly wireBytes: number;
  /** ns. Of no transfers, all 0. */
  readonly timeNs: TimeSummary;
  /** V2 compressed, base64, ns. */
  readonly histogram: string;
  /** How many transfers failed, by cause. */
  readonly failures: Readonly<Record<string, number>>;
  readonly stalls: readonly Stall[];
  /** The share of one CPU that the client's process used: near 1, it was itself the limit. */
  readonly cpuShare: number;
  /** Of the window, if one was asked for. */
  readonly window?: WindowResult;
  /** What else the protocol counts, by its name: retransmissions. */
  readonly counts?: Readonly<Record<string, number>>;
}

export class TransferRecord {
  readonly #beganMs: number;
  readonly #histogram = new TimeHistogram();
  readonly #stalls: StallFinder;
  readonly #failures = new Map<string, number>();
  readonly #cpuBefore = process.cpuUsage();
  readonly #window: WindowRecord | undefined;
  #payloadBytes = 0;
  #wireBytes = 0;

  /** @param beganMs on the clock of `performance.now()` */
  constructor(beganMs: number, window?: TimeWindow) {
    this.#beganMs = beganMs;
    this.#window = window && new WindowRecord(window, beganMs);
    this.#stalls = new StallFinder(beganMs);
  }

  get transfers(): number {
    return this.#histogram.count;
  }

  succeed(startMs: number, endMs: number, payloadBytes: number, wireBytes: number): void {
    this.#histogram.record((endMs - startMs) * 1e6);
    this.#stalls.look(startMs, endMs);
    this.#payloadBytes += payloadBytes;
    this.#wireBytes += wireBytes;
    this.#window?.look(startMs, endMs, payloadBytes);
  }

  fail(cause: string): void {
    this.#failures.set(cause, (this.#failures.get(cause) ?? 0) + 1);
  }

  finish(endMs: number): TransferResult {
    const seconds = (endMs - this.#beganMs) / 1000;
    const cpu = process.cpuUsage(this.#cpuBefore);
    return {
      seconds,
      transfers: this.transfers,
      transfersPerSecond: this.transfers / seconds,
      payloadBytes: this.#payloadBytes,
      wireBytes: this.#wireBytes,
      timeNs: this.#histogram.summarize(),
      histogram: this.#histogram.encode(),
      failures: Object.fromEntries(this.#failures),
      stalls: this.#stalls.finish(endMs),
      cpuShare: (cpu.user + cpu.system) / 1e6 / seconds,
      ...(this.#window === undefined ? {} : { window: this.#window.finish() }),
    };
  }
}

class WindowRecord {
  readonly #window: TimeWindow;
  readonly #beganMs: number;
  readonly #histogram = new TimeHistogram();
  #payloadBytes = 0;

  constructor(window: TimeWindow, beganMs: number) {
    this.#window = window;
    this.#beganMs = beganMs;
  }

  look(fromMs: number, toMs: number, payloadBytes: number): void {
    const { startMs, endMs } = this.#window;
    const insideMs = Math.min(toMs, endMs) - Math.max(fromMs, startMs);
    if (insideMs > 0) this.#payloadBytes += (payloadBytes * insideMs) / (toMs - fromMs);
    if (toMs > startMs && toMs <= endMs) this.#histogram.record((toMs - fromMs) * 1e6);
  }

  finish(): WindowResult {
    return {
      payloadBytes: this.#payloadBytes,
      transfers: this.#histogram.count,
      timeNs: this.#histogram.summarize(),
      histogram: this.#histogram.encode(),
      covered: coveredShare(this.#window, this.#beganMs),
    };
  }
}

/** The sum of measurements that ran side by side. Their gaps are left out: while one stood still, others went on. */
export function mergeTransferResults(results: readonly TransferResult[]): TransferResult {
  const histogram = new TimeHistogram();
  for (const result of results) histogram.add(TimeHistogram.decode(result.histogram));
  const sum = (of: (result: TransferResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const causes = new Set(results.flatMap(({ failures }) => Object.keys(failures)));
  return {
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    transfers: sum(({ transfers }) => transfers),
    transfersPerSecond: sum(({ transfersPerSecond }) => transfersPerSecond),
    payloadBytes: sum(({ payloadBytes }) => payloadBytes),
    wireBytes: sum(({ wireBytes }) => wireBytes),
    timeNs: histogram.summarize(),
    histogram: histogram.encode(),
    failures: Object.fromEntries([...causes].map((cause) => [cause, sum(({ failures }) => failures[cause] ?? 0)])),
    stalls: results
      .flatMap(({ stalls }) => stalls.filter(({ kind }) => kind === 'slow transfer'))
      .toSorted((a, b) => a.atMs - b.atMs),
    cpuShare: Math.max(...results.map(({ cpuShare }) => cpuShare)),
    ...mergeCounts(results),
  };
}

function mergeCounts(results: readonly TransferResult[]): Pick<TransferResult, 'counts'> {
  const names = new Set(results.flatMap(({ counts = {} }) => Object.keys(counts)));
  if (names.size === 0) return {};
  const sum = (name: string) => results.reduce((total, { counts }) => total + (counts?.[name] ?? 0), 0);
  return { counts: Object.fromEntries([...names].map((name) => [name, sum(name)])) };
}
