// The kernel's pages of a file, and whether a file is on a disk at all. For measurements that are to read from the disk.

import { closeSync, fsyncSync, openSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LvskitError } from '../model/mod.ts';
import { fadvise } from './libc.ts';

/** <fcntl.h>; a length of 0 is all of the file. */
const POSIX_FADV_DONTNEED = 4;

/** statfs(2)'s f_type of file systems that are nothing but memory: tmpfs, ramfs. */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];

/** Lets the kernel forget the pages of a file, or of all files of a folder: who reads them next has them from the disk. */
export function dropFileCache(path: string): void {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path)) dropFileCache(join(path, name));
    return;
  }
  const file = openSync(path, 'r');
  try {
    // Pages that are not written yet cannot be dropped.
    fsyncSync(file);
    fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  } finally {
    closeSync(file);
  }
}

/** Throws FOLDER_IN_MEMORY where what is written to the folder never leaves memory. */
export function requireDisk(folder: string): void {
  if (!IN_MEMORY.includes(statfsSync(folder).type)) return;
  throw new LvskitError('FOLDER_IN_MEMORY', `${folder} is in memory, not on a disk`, {
    fields: { folder },
    remedy: 'choose a folder of a file system on a disk, such as one in /var/tmp',
  });
}
