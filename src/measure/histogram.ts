// Times in a histogram: HdrHistogram with three significant digits, in ns, so that every sample is kept to 0.1 %.

import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { TimeSummary } from '../model/mod.ts';

/** Longest time that is told apart; a longer one counts as this. */
const LONGEST_NS = 100e9;

export class TimeHistogram {
  readonly #histogram: Histogram;
  /** Of all recorded here; kept beside, because HdrHistogram's own mean takes 2 ms, a tenth of a short visit. */
  #sumNs = 0;
  /** Whether all samples were recorded here: those of a decoded one are known to three digits only. */
  #hasSum: boolean;

  constructor(histogram: Histogram = build({ highestTrackableValue: LONGEST_NS, numberOfSignificantValueDigits: 3 })) {
    this.#histogram = histogram;
    this.#hasSum = histogram.totalCount === 0;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  record(timeNs: number): void {
    const sampleNs = Math.min(Math.max(Math.round(timeNs), 0), LONGEST_NS);
    this.#histogram.recordValue(sampleNs);
    this.#sumNs += sampleNs;
  }

  /** Takes in all samples of another one. */
  add(other: TimeHistogram): void {
    this.#histogram.add(other.#histogram);
    this.#sumNs += other.#sumNs;
    this.#hasSum &&= other.#hasSum;
  }

  reset(): void {
    this.#histogram.reset();
    this.#sumNs = 0;
    this.#hasSum = true;
  }

  /** ns. Of an empty histogram all are 0. */
  summarize(): TimeSummary {
    const histogram = this.#histogram;
    return {
      min: histogram.getValueAtPercentile(0),
      p5: histogram.getValueAtPercentile(5),
      p50: histogram.getValueAtPercentile(50),
      p99: histogram.getValueAtPercentile(99),
      max: histogram.getValueAtPercentile(100),
      mean: this.#hasSum ? this.#sumNs / Math.max(1, histogram.totalCount) : histogram.mean,
    };
  }

  /** ns, or 0 of an empty histogram. @param percent such as 99.9 */
  percentile(percent: number): number {
    return this.#histogram.getValueAtPercentile(percent);
  }

  /** HdrHistogram's V2 encoding, compressed, in base64: what its tools in other languages read. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** The inverse of {@link encode}. */
  static decode(text: string): TimeHistogram {
    return new TimeHistogram(decodeFromCompressedBase64(text));
  }
}
