// The files that services give out, as the paper had them: file.0 to file.26, of 2^N bytes of ASCII '0'.

import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../../system/mod.ts';
import { FolderUnfitError } from '../errors.ts';

export const LARGEST_EXPONENT = 26;

const CONTENT = Buffer.alloc(2 ** 20, '0');

/** Where the file of this size is, below the folder. @param exponent of 2 */
export function paperFileName(exponent: number): string {
  return `file.${exponent}`;
}

/**
 * Writes those that are missing: 128 MB in all. Whoever reads meanwhile finds a file whole or not at all. Throws
 * SERVICE_FOLDER_UNFIT.
 */
export function writePaperFiles(folder: string): void {
  try {
    writeMissing(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).errno === undefined) throw error;
    throw new FolderUnfitError(folder, (error as Error).message);
  }
}

function writeMissing(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  withFileLock(`${folder}.lock`, () => {
    for (let exponent = 0; exponent <= LARGEST_EXPONENT; exponent++) {
      const path = join(folder, paperFileName(exponent));
      if (statSync(path, { throwIfNoEntry: false })?.size !== 2 ** exponent) writeWhole(path, 2 ** exponent);
    }
  });
}

function writeWhole(path: string, sizeBytes: number): void {
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, 'w', 0o644);
  try {
    for (let left = sizeBytes; left > 0; left -= CONTENT.length)
      writeSync(file, CONTENT, 0, Math.min(left, CONTENT.length));
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
