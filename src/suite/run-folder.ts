// The folder of a run: what was run, as JSON, and files to which each sample is appended as soon as it is there, so that an
// interrupted run can still be drawn.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { resultsUnwritable } from './errors.ts';

export class RunFolder {
  readonly path: string;
  readonly #open = new Map<string, number>();

  /** Makes the folder with the files of samples; one that is there must be empty. Throws RESULTS_UNWRITABLE. */
  constructor(path: string, ...names: readonly string[]) {
    this.path = path;
    this.#orUnwritable(() => {
      if (existsSync(path) && readdirSync(path).length > 0) throw new Error('it is not empty');
      mkdirSync(path, { recursive: true });
      for (const name of names) this.#begin(name);
    });
  }

  /** Replaces the file whole. */
  writeFile(name: string, value: object): void {
    this.#orUnwritable(() => {
      const draft = join(this.path, `.${name}.new`);
      writeFileSync(draft, `${JSON.stringify(value, undefined, 2)}\n`);
      renameSync(draft, join(this.path, name));
    });
  }

  /** As a line of the file, which is made if it is not there. */
  append(name: string, sample: object): void {
    const line = Buffer.from(`${JSON.stringify(sample)}\n`);
    this.#orUnwritable(() => {
      const fd = this.#open.get(name) ?? this.#begin(name);
      for (let written = 0; written < line.length; ) written += writeSync(fd, line, written);
    });
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

  #orUnwritable(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw resultsUnwritable(this.path, (error as Error).message, error);
    }
  }
}
