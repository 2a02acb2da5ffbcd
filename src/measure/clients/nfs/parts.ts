// A file in parts that go over the wire by themselves: which are still to be asked for, and which slot has which.

export interface Part {
  readonly offset: number;
  readonly lengthBytes: number;
}

export class Parts {
  readonly #sizeBytes: number;
  readonly #partBytes: number;
  readonly #bySlot: Part[] = [];
  readonly #again: Part[] = [];
  #next = 0;

  constructor(sizeBytes: number, partBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.#partBytes = partBytes;
  }

  /** The next one, which is the slot's from now on; undefined when all have been given out. */
  take(slot: number): Part | undefined {
    const part = this.#again.shift() ?? this.#following();
    if (part !== undefined) this.#bySlot[slot] = part;
    return part;
  }

  /** The slot's part has come or gone, but only so many bytes of it: the rest is given out once more. */
  finish(slot: number, lengthBytes: number): Part {
    const part = this.#bySlot[slot];
    if (part === undefined) throw new RangeError(`slot ${slot} has no part`);
    if (lengthBytes < part.lengthBytes) {
      this.#again.push({ offset: part.offset + lengthBytes, lengthBytes: part.lengthBytes - lengthBytes });
    }
    return part;
  }

  #following(): Part | undefined {
    const offset = this.#next;
    if (offset >= this.#sizeBytes) return undefined;
    const lengthBytes = Math.min(this.#partBytes, this.#sizeBytes - offset);
    this.#next += lengthBytes;
    return { offset, lengthBytes };
  }
}
