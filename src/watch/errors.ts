// What keeps a watcher from its work.

import { LvskitError } from '../model/mod.ts';

export function directorAbsent(): LvskitError {
  return new LvskitError('WATCH_NO_DIRECTOR', 'this network namespace has no director of this version to attach', {
    remedy: 'set it up first: lvskit director up; or bring it to this version: lvskit director reload',
  });
}
