// Advisory locks between processes (flock(2)): held by an open file, so the kernel frees them however a holder ends.

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import koffi from 'koffi';
import { LvskitError } from '../model/mod.ts';

const LOCK_EX = 2;

const flock = koffi.load('libc.so.6').func('int flock(int fd, int operation)');

/** Waits for the lock file at `path` (made if missing), and runs `work` holding it. */
export function withFileLock<T>(path: string, work: () => T): T {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const fd = openSync(path, 'a', 0o600);
  try {
    if (flock(fd, LOCK_EX) !== 0) {
      throw new LvskitError('LOCK_FAILED', `cannot lock ${path}: errno ${koffi.errno()}`, {
        remedy: 'check that /run is a local file system that this user may write',
      });
    }
    return work();
  } finally {
    closeSync(fd);
  }
}
