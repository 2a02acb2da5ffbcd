// The folder of a run: what was run, as JSON, and files to which each sample is appended as soon as it is there, so that an
// interrupted run can still be drawn.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { resultsUnwritable } from './errors.ts';

export class RunFolder {
  readonly path: string;
  readonly #open = new Map<string, number>();
  readonly #wasThere: boolean;
  readonly #written = new Set<string>();
  #hasSamples = false;

  /**
   * Makes the folder with the files of samples; one that is there must be empty, but for files of a run that was killed
   * before its first sample. Throws RESULTS_UNWRITABLE.
   */
  constructor(path: string, ...names: readonly string[]) {
    this.path = path;
    this.#wasThere = existsSync(path);
    this.#orUnwritable(() => {
      if (this.#wasThere && !isUnused(path, names)) throw new Error('it is not empty');
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
      this.#written.add(name);
    });
  }

  /** As a line of the file, which is made if it is not there. */
  append(name: string, sample: object): void {
    const line = Buffer.from(`${JSON.stringify(sample)}\n`);
    this.#orUnwritable(() => {
      const fd = this.#open.get(name) ?? this.#begin(name);
      for (let written = 0; written < line.length; ) written += writeSync(fd, line, written);
      this.#hasSamples = true;
    });
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  /**
   * Closes it after a run that did not come to its end. Without a sample there is nothing to draw: then it is taken away
   * again. Returns whether it is still there.
   */
  abandon(): boolean {
    this.close();
    if (this.#hasSamples) return true;
    for (const name of this.#written) rmSync(join(this.path, name), { force: true });
    if (!this.#wasThere) rmdirSync(this.path);
    return false;
  }

  #begin(name: string): number {
    const fd = openSync(join(this.path, name), 'w');
    this.#open.set(name, fd);
    this.#written.add(name);
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

function isUnused(path: string, names: readonly string[]): boolean {
  return readdirSync(path).every((name) => names.includes(name) && statSync(join(path, name)).size === 0);
}
