// Advisory locks between processes (flock(2)): held by an open file, so the kernel frees them however a holder ends.

import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import koffi from 'koffi';
import { LvskitError } from '../model/mod.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

const flock = koffi.load('libc.so.6').func('int flock(int fd, int operation)');

/**
 * Opens and locks the lock file at `path`, made if missing; undefined when it is taken and `operation` does not wait.
 * Whoever holds it may delete it: what was waited for is then nobody's lock any more, and the next file is taken.
 */
function openLocked(path: string, operation: number): number | undefined {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  for (;;) {
    const fd = openSync(path, 'a', 0o600);
    const errno = flock(fd, operation) === 0 ? 0 : koffi.errno();
    if (errno === 0 && fstatSync(fd).ino === statSync(path, { throwIfNoEntry: false })?.ino) return fd;
    closeSync(fd);
    if (errno === constants.errno.EWOULDBLOCK) return undefined;
    if (errno === 0) continue;
    throw new LvskitError('LOCK_FAILED', `cannot lock ${path}: errno ${errno}`, {
      remedy: 'check that /run is a local file system that this user may write',
    });
  }
}

/** Takes the lock file at `path` (made if missing) until the file that is returned is closed; undefined when it is taken. */
export function takeFileLock(path: string): number | undefined {
  return openLocked(path, LOCK_EX | LOCK_NB);
}

/** Waits for the lock file at `path` (made if missing), and runs `work`, which may delete it, holding it. */
export function withFileLock<T>(path: string, work: () => T): T {
  const fd = openLocked(path, LOCK_EX) as number;
  try {
    return work();
  } finally {
    closeSync(fd);
  }
}
