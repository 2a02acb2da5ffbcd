// What ip_vs_rr.c and ip_vs_wrr.c (Linux v6.1) do, told again with their own means: a list, a mark in it, and no
// table. Tests hold tables and cursors against it.

export interface Entry {
  readonly id: number;
  weight: number;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The list of destinations with the changes that ipvsadm makes, one at a time. */
abstract class KernelList {
  readonly list: Entry[] = [];

  add(id: number, weight: number): void {
    this.list.unshift({ id, weight });
    this.changed();
  }

  edit(id: number, weight: number): void {
    for (const entry of this.list) if (entry.id === id) entry.weight = weight;
    this.changed();
  }

  remove(id: number): void {
    const place = this.list.findIndex((entry) => entry.id === id);
    this.unlinking(place);
    this.list.splice(place, 1);
    this.changed();
  }

  protected unlinking(_place: number): void {}
  protected changed(): void {}

  abstract schedule(): number | undefined;
}

export class KernelRr extends KernelList {
  /** The one that had the last turn; undefined is the list's head. */
  #last: Entry | undefined;

  protected override unlinking(place: number): void {
    if (this.list[place] === this.#last) this.#last = this.list[place - 1];
  }

  schedule(): number | undefined {
    const start = this.#last === undefined ? 0 : this.list.indexOf(this.#last) + 1;
    for (let step = 0; step < this.list.length; step++) {
      const entry = this.list[(start + step) % this.list.length];
      if (entry === undefined || entry.weight === 0) continue;
      this.#last = entry;
      return entry.id;
    }
    return undefined;
  }
}

export class KernelWrr extends KernelList {
  #place = -1;
  #current = 0;
  #step = 1;
  #greatest = 0;

  protected override changed(): void {
    const weights = this.list.map(({ weight }) => weight);
    this.#place = -1;
    this.#step = weights.filter((weight) => weight > 0).reduce(gcd, 0) || 1;
    this.#greatest = Math.max(0, ...weights) - (this.#step - 1);
    if (this.#current > this.#greatest || this.#current === 0) this.#current = this.#greatest;
    else if (this.#step > 1) this.#current = Math.floor(this.#current / this.#step) * this.#step + 1;
  }

  schedule(): number | undefined {
    if (this.#greatest === 0) return undefined;
    for (;;) {
      for (let place = this.#place + 1; place < this.list.length; place++) {
        const entry = this.list[place];
        if (entry === undefined || entry.weight < this.#current) continue;
        this.#place = place;
        return entry.id;
      }
      this.#place = -1;
      this.#current -= this.#step;
      if (this.#current <= 0) this.#current = this.#greatest;
    }
  }
}
