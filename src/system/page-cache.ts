// The kernel's cache of a file's pages: what has been read once comes from there, and not from the disk.

import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import * as libc from './libc.ts';

// <fcntl.h>
const POSIX_FADV_DONTNEED = 4;
const TO_THE_END = 0;

/**
 * Has the next reader of the file wait for the disk. Pages that another process has mapped stay; on a file system in
 * memory all do. Throws the errors of open(2).
 */
export function dropFromPageCache(path: string): void {
  const file = openSync(path, 'r');
  try {
    // Pages that are not on the disk yet would stay.
    fdatasyncSync(file);
    libc.fadvise(file, 0, TO_THE_END, POSIX_FADV_DONTNEED);
  } finally {
    closeSync(file);
  }
}
