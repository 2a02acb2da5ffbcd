// The folder of a run: `run.json`, and `samples.ndjson`, to which each visit is appended as soon as it is over, so
// that an interrupted run can still be drawn.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockSample, Run } from '../model/mod.ts';
import { resultsUnwritable } from './errors.ts';

export class RunFolder {
  readonly path: string;
  #samples: number | undefined;

  /** Makes the folder; one that is there must be empty. Throws RESULTS_UNWRITABLE. */
  constructor(path: string) {
    this.path = path;
    this.#orUnwritable(() => {
      if (existsSync(path) && readdirSync(path).length > 0) throw new Error('it is not empty');
      mkdirSync(path, { recursive: true });
      this.#samples = openSync(join(path, 'samples.ndjson'), 'wx');
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
    const line = Buffer.from(`${JSON.stringify(sample)}\n`);
    this.#orUnwritable(() => {
      for (let written = 0; written < line.length; ) written += writeSync(this.#samples ?? -1, line, written);
    });
  }

  close(): void {
    if (this.#samples !== undefined) closeSync(this.#samples);
    this.#samples = undefined;
  }

  #orUnwritable(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw resultsUnwritable(this.path, (error as Error).message, error);
    }
  }
}
