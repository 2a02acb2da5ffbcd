// Advisory locks between processes (flock(2)): held by an open file, so the kernel frees them however a holder ends.

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import koffi from 'koffi';
import { LvskitError } from '../model/mod.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

const flock = koffi.load('libc.so.6').func('int flock(int fd, int operation)');

/** Takes the lock file at `path` (made if missing) until the file that is returned is closed; undefined when it is taken. */
export function takeFileLock(path: string): number | undefined {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const fd = openSync(path, 'a', 0o600);
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return fd;
  closeSync(fd);
  return undefined;
}

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
