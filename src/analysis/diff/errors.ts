// Errors of laying two runs beside each other.

import { LvskitError } from '../../model/mod.ts';

/** DIFF_KINDS_DIFFER: the runs are of two commands. */
export function kindsDiffer(a: string, b: string): LvskitError {
  return new LvskitError(
    'DIFF_KINDS_DIFFER',
    `run A is of lvskit ${a} and run B of lvskit ${b}: they have no number in common`,
    {
      remedy: 'Name two runs of the same command.',
      fields: { a, b },
      exitStatus: 2,
    },
  );
}

/** DIFF_NOTHING_SHARED: no system at the same size or numbers of realservers and clients in both, or no experiment. */
export function nothingShared(): LvskitError {
  return new LvskitError('DIFF_NOTHING_SHARED', 'nothing was measured in both runs', {
    remedy: 'Name runs that have a system and sizes, numbers of realservers and clients, or an experiment in common.',
    exitStatus: 2,
  });
}
