// How many requests may be on their way over UDP, as Linux's RPC client decides it: one at first, up to one more for
// each window that is answered, half of them when a reply does not come (net/sunrpc/xprt.c, xprt_adjust_cwnd).

/** Fractions of a request that the window grows by. */
const SCALE = 256;

export class CongestionWindow {
  readonly #most: number;
  #scaled = SCALE;

  /** @param most never more than this */
  constructor(most: number) {
    this.#most = most * SCALE;
  }

  get requests(): number {
    return Math.floor(this.#scaled / SCALE);
  }

  /** A reply has come while so many requests, itself among them, were on their way. */
  answered(onTheirWay: number): void {
    if (onTheirWay < this.requests) return; // it was not the window that held more back
    const growth = Math.floor((SCALE * SCALE + Math.floor(this.#scaled / 2)) / this.#scaled);
    this.#scaled = Math.min(this.#scaled + growth, this.#most);
  }

  timedOut(): void {
    this.#scaled = Math.max(SCALE, Math.floor(this.#scaled / 2));
  }
}
