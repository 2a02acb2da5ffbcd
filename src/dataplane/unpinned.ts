// Programs that live as long as the devices they are attached to: nothing of them stays pinned. Acts on the calling
// thread's network namespace.

import { withFileLock } from '../system/mod.ts';
import { loadProgram, type ProgramNames } from './program.ts';
import { openStateDirectory, removeStateDirectory } from './state-directory.ts';

/**
 * Loads programs, has `attach` fill their maps and attach them, all pinned in a directory, and removes the directory.
 * Throws what loading throws.
 */
export function withUnpinned(names: ProgramNames, attach: (directory: string) => void): void {
  const directory = openStateDirectory();
  withFileLock(directory.lockFile, () => {
    try {
      loadProgram(names, directory.path);
      attach(directory.path);
    } finally {
      removeStateDirectory(directory);
    }
  });
}
