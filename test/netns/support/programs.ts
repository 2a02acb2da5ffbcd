// Programs that tests use as peers and that may be missing: then the test is skipped and says so, but fails in CI.

import { findProgram } from '../../../src/system/mod.ts';

/** Options for `test`. */
export function needing(...programs: readonly string[]): { readonly skip: string | false } {
  const missing = programs.filter((program) => !isInstalled(program));
  return { skip: missing.length > 0 && process.env.CI === undefined ? `needs ${missing.join(', ')}` : false };
}

function isInstalled(program: string): boolean {
  try {
    findProgram(program);
    return true;
  } catch {
    return false;
  }
}
