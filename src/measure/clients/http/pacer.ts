// When requests are to be sent, at a rate that does not depend on how fast they are answered (an open loop): each has the
// time that it was meant for, and its own time counts from there, whenever it could be sent.

export class Pacer {
  readonly #beganMs: number;
  readonly #intervalMs: number;
  #sent = 0;

  constructor(beganMs: number, ratePerSecond: number) {
    this.#beganMs = beganMs;
    this.#intervalMs = 1000 / ratePerSecond;
  }

  /** When the next request is due. From the beginning each time, so that no error adds up. */
  get nextMs(): number {
    return this.#beganMs + this.#sent * this.#intervalMs;
  }

  /** Counts the next request as sent, and returns when it was due. */
  take(): number {
    const dueMs = this.nextMs;
    this.#sent++;
    return dueMs;
  }
}
