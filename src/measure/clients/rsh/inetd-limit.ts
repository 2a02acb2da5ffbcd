// Recognises inetd's limit. inetd starts a service no more than so often a minute (the paper: 40); at the next connection
// it takes it for a service that loops, closes that connection and stops listening, for ten minutes.

const WINDOW_MS = 60_000;

/** Fewer in a minute than any inetd's limit; below, a server that was ended would look alike. */
const FEWEST = 8;

export class InetdLimit {
  readonly #now: () => number;
  /** When connections were made; those before `#oldest` are over a minute old. */
  readonly #madeMs: number[] = [];
  #oldest = 0;
  #stoppedAt = 0;

  /** @param now a clock in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  connected(): void {
    const nowMs = this.#now();
    this.#madeMs.push(nowMs);
    while (nowMs - (this.#madeMs[this.#oldest] ?? nowMs) > WINDOW_MS) this.#oldest++;
  }

  /** The connection just made was closed before its request was answered. */
  closedUnanswered(): void {
    this.#stoppedAt = this.#madeMs.length - this.#oldest;
  }

  /** Why a connection is refused, if that is inetd's doing. */
  causeOfRefusal(): string | undefined {
    if (this.#stoppedAt < FEWEST) return undefined;
    return `inetd's limit: it stopped at connection ${this.#stoppedAt} within a minute`;
  }
}
