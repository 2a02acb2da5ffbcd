// How long this machine's memory takes: reads far apart, each at the place that the one before has named, so that none can
// begin before the last has ended. What a table that no cache holds can cost at least.

import { quantile } from '../../src/analysis/quantiles.ts';

/** As much as the connection table of a million takes, and more than caches hold. */
const BYTES = 512 << 20;
const LINE_WORDS = 16;
const LINES = BYTES / 4 / LINE_WORDS;
/** A full cycle through all lines (Hull and Dobell: an odd step, and a factor of 1 modulo 4). */
const [FACTOR, STEP] = [1_664_525, 1_013_904_223];

const RUNS = 200;
const READS = 200;

export class RandomReads {
  readonly #words = new Int32Array(BYTES / 4);
  #at = 0;

  constructor() {
    for (let line = 0; line < LINES; line++) {
      this.#words[line * LINE_WORDS] = ((Math.imul(line, FACTOR) + STEP) & (LINES - 1)) * LINE_WORDS;
    }
  }

  /** Of one read, in ns: the middle of runs so short that few are interrupted. */
  time(): number {
    const timesNs = Array.from({ length: RUNS }, () => {
      const startedMs = performance.now();
      for (let reads = 0; reads < READS; reads++) this.#at = this.#words[this.#at] as number;
      return ((performance.now() - startedMs) * 1e6) / READS;
    });
    return quantile(timesNs, 0.5);
  }
}
