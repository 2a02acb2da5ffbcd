// Which layout the tables of a loaded director have. A lvskit of another version may know the same names with other
// meanings: it must not touch them.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as abi from './abi.ts';
import type { StateDirectory } from './state-directory.ts';

/** Changes with every change of bpf/abi.h. */
const ABI = createHash('sha256').update(JSON.stringify(abi)).digest('hex').slice(0, 16);

/** Beside the lock of its writers, on a file system that keeps files. */
function fileOf(directory: StateDirectory): string {
  return directory.lockFile.replace(/lock$/, 'abi');
}

export function recordVersion(directory: StateDirectory): void {
  const file = fileOf(directory);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${ABI}\n`);
}

/** A director without a record is of a version that made none. */
export function isOfThisVersion(directory: StateDirectory): boolean {
  try {
    return readFileSync(fileOf(directory), 'utf8').trim() === ABI;
  } catch {
    return false;
  }
}
