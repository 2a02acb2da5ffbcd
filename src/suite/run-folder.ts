// The folder of a run: `run.json`, and `samples.ndjson` and `transfers.ndjson`, to which each visit is appended as soon as
// it is over, so that an interrupted run can still be drawn.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockSample, Run, TransferSample } from '../model/mod.ts';
import { resultsUnwritable } from './errors.ts';

export class RunFolder {
  readonly path: string;
  readonly #open = new Map<string, number>();

  /** Makes the folder; one that is there must be empty. Throws RESULTS_UNWRITABLE. */
  constructor(path: string) {
    this.path = path;
    this.#orUnwritable(() => {
      if (existsSync(path) && readdirSync(path).length > 0) throw new Error('it is not empty');
      mkdirSync(path, { recursive: true });
      this.#begin('samples.ndjson');
    });
  }

  /** Replaces `run.json` whole. */
  writeRun(run: Run): void {
    this.#orUnwritable(() => {
      const draft = join(this.path, '.run.json.new');
      writeFileSync(draft, `${JSON.stringify(run, undefined, 2)}\n`);
      renameSync(draft, join(this.path, 'run.json'));
    });
  }

  addSample(sample: BlockSample): void {
    this.#append('samples.ndjson', sample);
  }

  /** The first one makes the file. */
  addTransfers(sample: TransferSample): void {
    this.#append('transfers.ndjson', sample);
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #begin(name: string): number {
    const fd = openSync(join(this.path, name), 'wx');
    this.#open.set(name, fd);
    return fd;
  }

  #append(name: string, sample: object): void {
    const line = Buffer.from(`${JSON.stringify(sample)}\n`);
    this.#orUnwritable(() => {
      const fd = this.#open.get(name) ?? this.#begin(name);
      for (let written = 0; written < line.length; ) written += writeSync(fd, line, written);
    });
  }

  #orUnwritable(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw resultsUnwritable(this.path, (error as Error).message, error);
    }
  }
}
