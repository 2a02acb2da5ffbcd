// rr and wrr as the data plane goes on by them: a cursor that counts turns, through the list of servers (rr, which
// skips those of weight zero) or through the table (wrr).

import { resumeCursor, type Turns } from '../../../src/director/schedulers/mod.ts';
import { buildWrrTable } from '../../../src/director/schedulers/wrr.ts';

export type TurnScheduler = 'rr' | 'wrr';

export class Walk {
  readonly #scheduler: TurnScheduler;
  servers: Turns['servers'] = [];
  #start = 0;
  #cursor = 0;

  constructor(scheduler: TurnScheduler) {
    this.#scheduler = scheduler;
  }

  change(after: Turns['servers']): void {
    this.#start = resumeCursor(
      this.#scheduler,
      { servers: this.servers, start: this.#start, cursor: this.#cursor },
      after,
    );
    this.#cursor = this.#start;
    this.servers = after;
  }

  schedule(): number | undefined {
    const weights = this.servers.map(({ weight }) => weight);
    if (!weights.some((weight) => weight > 0)) return undefined;
    const table = this.#scheduler === 'rr' ? [...weights.keys()] : buildWrrTable(weights);
    for (;;) {
      const server = this.servers[table[this.#cursor++ % table.length] ?? 0];
      if (server !== undefined && server.weight > 0) return server.id;
    }
  }
}
