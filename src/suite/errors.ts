// Errors of running comparisons.

import { type HostClock, LvskitError } from '../model/mod.ts';

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

/** What is to be measured on hosts is not there. */
export function hostsUnfit(why: string, remedy: string): LvskitError {
  return new LvskitError('SCALE_HOSTS_UNFIT', `nothing to measure on these hosts: ${why}`, { remedy, exitStatus: 2 });
}

/** A host's clock is not known well enough for a window of this length. */
export function clockUncertain({ machine, boundNs }: HostClock, mostNs: number, share: number): LvskitError {
  const ms = (ns: number) => (ns / 1e6).toPrecision(2);
  return new LvskitError(
    'CLOCK_UNCERTAIN',
    `${machine}: its clock is known to ${ms(boundNs)} ms, and such a window needs it to ${ms(mostNs)} ms`,
    {
      fields: { machine, boundNs, mostNs },
      remedy:
        `make windows longer: --seconds ${Math.ceil(boundNs / share / 1e8) / 10} or more; ` +
        'or start lvskit on a host that is nearer to it, and let NTP finish setting its clock',
    },
  );
}

/** No client has got anything, before a window that counts. */
export function nothingTransferred(transfer: string, cause: string): LvskitError {
  return new LvskitError('SCALE_NOTHING_TRANSFERRED', `no client could transfer anything by ${transfer}: ${cause}`, {
    fields: { transfer, cause },
    remedy: 'check that the daemons run on the realservers, and the way to them: lvskit doctor',
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

/** Ctrl-C or SIGTERM; what was measured is in the folder, if anything was. */
export function interrupted(folder: string, hasSamples: boolean): LvskitError {
  if (!hasSamples) return new LvskitError('COMPARE_INTERRUPTED', 'interrupted before anything was measured', {});
  return new LvskitError('COMPARE_INTERRUPTED', `interrupted; what was measured until then is in ${folder}`, {
    fields: { folder },
    remedy: `draw it with: lvskit report ${folder}`,
  });
}
