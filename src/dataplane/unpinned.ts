// Programs that live as long as the devices they are attached to: nothing of them stays pinned. Acts on the calling
// thread's network namespace.

import { loadProgram, type ProgramNames } from './program.ts';
import { makeStateDirectory, openStateDirectory, removeStateDirectory, withWriterLock } from './state-directory.ts';

/**
 * Loads programs, has `attach` fill their maps and attach them, all pinned in a directory, and removes the directory.
 * Throws what loading throws.
 */
export function withUnpinned(names: ProgramNames, attach: (directory: string) => void): void {
  const directory = openStateDirectory();
  withWriterLock(directory, () => {
    try {
      makeStateDirectory(directory);
      loadProgram(names, directory.path);
      attach(directory.path);
    } finally {
      removeStateDirectory(directory);
    }
  });
}
