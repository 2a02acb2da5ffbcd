// Which layout the tables of a loaded director have. A lvskit of another version may know the same names with other
// meanings: it must not touch them before it has taken them over (migration.ts).

import { createHash } from 'node:crypto';
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as abi from './abi.ts';
import { type StateDirectory, VERSION_LINK } from './state-directory.ts';

/** Changes with every change of bpf/abi.h. */
const ABI = createHash('sha256').update(JSON.stringify(abi)).digest('hex').slice(0, 16);

/** Among the pins, so that it comes and goes with them; a BPF file system has no files, but it has links. */
function recordOf({ path }: StateDirectory): string {
  return join(path, VERSION_LINK);
}

export function recordVersion(directory: StateDirectory): void {
  rmSync(recordOf(directory), { force: true });
  symlinkSync(ABI, recordOf(directory));
}

/** A director without a record is of a version that made none, or another one. */
export function isOfThisVersion(directory: StateDirectory): boolean {
  try {
    return readlinkSync(recordOf(directory)) === ABI;
  } catch {
    return false;
  }
}
