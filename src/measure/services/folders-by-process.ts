// Daemons that share a folder have one in it each, by their process ids, and leave it behind.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The one of this process, which becomes the daemon. @param prefix of its name, before the process id */
export function folderOfThisProcess(folder: string, prefix: string): string {
  return join(folder, `${prefix}${process.pid}`);
}

/** Takes away those whose daemons have ended. */
export function removeFoldersOfTheDead(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = name.split(prefix);
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
