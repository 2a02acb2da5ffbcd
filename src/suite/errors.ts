// Errors of running comparisons.

import { LvskitError } from '../model/mod.ts';

/** The conf does not have what a comparison needs. */
export function comparisonImpossible(why: string, remedy: string): LvskitError {
  return new LvskitError('COMPARE_IMPOSSIBLE', `nothing to compare: ${why}`, { remedy, exitStatus: 2 });
}

/** Packets did not go the way they were to: numbers measured on it would be of something else. */
export function pathNotProven(system: string, what: string): LvskitError {
  return new LvskitError('COMPARE_PATH_NOT_PROVEN', `${system}: ${what}`, {
    fields: { system },
    remedy: 'run `lvskit lab up` with the same conf and look at the path with `lvskit lab capture`',
  });
}

/** The folder for the results is there already, or can't be written. */
export function resultsUnwritable(folder: string, why: string, cause?: unknown): LvskitError {
  return new LvskitError('RESULTS_UNWRITABLE', `cannot write the results to ${folder}: ${why}`, {
    cause,
    fields: { folder },
    remedy: 'choose another folder with --out, on a file system with some megabytes free',
  });
}

/** Ctrl-C or SIGTERM; what was measured is in the folder. */
export function interrupted(folder: string): LvskitError {
  return new LvskitError('COMPARE_INTERRUPTED', `interrupted; what was measured until then is in ${folder}`, {
    fields: { folder },
    remedy: `draw it with: lvskit report ${folder}`,
  });
}
