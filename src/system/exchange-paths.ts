// Two paths that change places in one step (renameat2(2)), so that whoever looks finds the one or the other.

import koffi from 'koffi';
import { LvskitError } from '../model/mod.ts';

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;

const renameat2 = koffi
  .load('libc.so.6')
  .func('int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, uint32_t flags)');

/** Both must be there, on one file system. Throws EXCHANGE_FAILED. */
export function exchangePaths(one: string, other: string): void {
  if (renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) === 0) return;
  throw new LvskitError('EXCHANGE_FAILED', `cannot exchange ${one} and ${other}: errno ${koffi.errno()}`, {
    remedy: 'nothing has changed; report it with the version of the kernel',
  });
}
