// Finds the transfers that took far too long, and the times when nothing came to an end. It looks at each sample once, as
// it comes, and keeps only what may turn out to be one. False alarms: none of the transfers' own noise, whose logarithms would
// have to be off by ln 20; a machine that stands still for so long is a true finding, though no network is to blame.

/** A transfer that took over STALL_FACTOR times as long as the shortest, and STALL_MS; or a time without any. */
export interface Stall {
  readonly kind: 'slow transfer' | 'gap';
  /** From the beginning of the measurement, ms. */
  readonly atMs: number;
  readonly lastedMs: number;
}

/** The paper's pathologies are a hundred times the usual; scheduling on a busy machine reaches ten. */
const STALL_FACTOR = 20;
/** TCP's shortest delay of an acknowledgement: short transfers are 20 times late whenever a CPU has other work. */
const STALL_MS = 40;
/** TCP's shortest retransmission timeout. */
const GAP_MS = 200;
const GAP_FACTOR = 3;

/** So many from the beginning are kept until it is known how short a transfer can be. */
const FIRST = 1000;
/** More than anyone reads. */
const KEPT = 1000;

export class StallFinder {
  readonly #beganMs: number;
  #lastEndMs: number;
  #shortestMs = Number.POSITIVE_INFINITY;
  #seen = 0;
  #candidates: Stall[] = [];
  #gaps: Stall[] = [];

  /** @param beganMs of the measurement, on the clock of the samples */
  constructor(beganMs: number) {
    this.#beganMs = beganMs;
    this.#lastEndMs = beganMs;
  }

  /** A transfer from `startMs` to `endMs`, in the order of their ends. */
  look(startMs: number, endMs: number): void {
    const tookMs = endMs - startMs;
    if (tookMs < this.#shortestMs) this.#shortestMs = tookMs;
    if ((this.#seen++ < FIRST || this.#isSlow(tookMs)) && this.#candidates.length < FIRST + KEPT) {
      this.#candidates.push({ kind: 'slow transfer', atMs: startMs - this.#beganMs, lastedMs: tookMs });
    }
    this.#lookForGap(endMs);
    this.#lastEndMs = endMs;
  }

  /** In the order of time, once the measurement has ended at `endMs`. */
  finish(endMs: number): readonly Stall[] {
    if (Number.isFinite(this.#shortestMs)) this.#lookForGap(endMs);
    const slow = this.#candidates.filter(({ lastedMs }) => this.#isSlow(lastedMs));
    return [...slow, ...this.#gaps].toSorted((a, b) => a.atMs - b.atMs);
  }

  #isSlow(tookMs: number): boolean {
    return tookMs > STALL_MS && tookMs > STALL_FACTOR * this.#shortestMs;
  }

  #lookForGap(untilMs: number): void {
    const lastedMs = untilMs - this.#lastEndMs;
    // Large transfers, one at a time, end no more often.
    if (lastedMs > GAP_MS && lastedMs > GAP_FACTOR * this.#shortestMs && this.#gaps.length < KEPT) {
      this.#gaps.push({ kind: 'gap', atMs: this.#lastEndMs - this.#beganMs, lastedMs });
    }
  }
}
