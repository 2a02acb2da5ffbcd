// What an experiment with services lacks on this machine, in words.

import { LvskitError, type WindowTransferName } from '../../model/mod.ts';
import { requirePrograms, servicesFor } from '../service-ports.ts';

/** The first daemon that is missing, with its package; undefined when all of them are there. */
export function missingFor(transfers: readonly WindowTransferName[]): string | undefined {
  try {
    requirePrograms(servicesFor(transfers));
    return undefined;
  } catch (error) {
    if (error instanceof LvskitError && error.code === 'COMMAND_NOT_FOUND') return `${error.message}: ${error.remedy}`;
    throw error;
  }
}
