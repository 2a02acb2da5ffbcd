// Runs of rows in a shared table: which are in use, and where the next one fits. Pure.

export interface Region {
  readonly base: number;
  readonly count: number;
}

/** The shortest run that holds all of these rows; an empty one at 0 for none. */
export function spanOf(rows: Iterable<number>): Region {
  let [base, end] = [Number.POSITIVE_INFINITY, 0];
  for (const row of rows) {
    if (row < base) base = row;
    if (row >= end) end = row + 1;
  }
  return end === 0 ? { base: 0, count: 0 } : { base, count: end - base };
}

/**
 * Hands out runs of rows that overlap none in use, the lowest first.
 *
 * @param size rows of the table
 * @param used runs that packets may still be reading; they must not overlap
 */
export class RegionAllocator {
  readonly #size: number;
  readonly #used: Region[];

  constructor(size: number, used: Iterable<Region>) {
    this.#size = size;
    this.#used = [...used].filter((region) => region.count > 0).sort((a, b) => a.base - b.base);
  }

  /** A free run of `count` rows; undefined when no gap is that long. An empty one is always at 0. */
  allocate(count: number): Region | undefined {
    if (count === 0) return { base: 0, count };
    let base = 0;
    for (const [position, next] of this.#used.entries()) {
      if (next.base - base >= count) return this.#take({ base, count }, position);
      base = next.base + next.count;
    }
    return this.#size - base >= count ? this.#take({ base, count }, this.#used.length) : undefined;
  }

  #take(region: Region, position: number): Region {
    this.#used.splice(position, 0, region);
    return region;
  }
}
