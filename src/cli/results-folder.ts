// Where a run leaves its results unless --out says otherwise.

import { join } from 'node:path';

/** @param kind of run: compare, scale */
export function resultsFolder(kind: string): string {
  return join('runs', `${kind}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`);
}
