// Errors of a run's folder: it cannot be read, or the report cannot be written into it.

import { LvskitError } from '../model/mod.ts';

/** REPORT_FOLDER_UNREADABLE: no such folder, or no run.json or samples.ndjson in it. */
export function runFolderUnreadable(path: string, cause: unknown): LvskitError {
  return new LvskitError('REPORT_FOLDER_UNREADABLE', `cannot read ${path}: ${reasonOf(cause)}`, {
    remedy: 'Name the folder of a run: it holds run.json and samples.ndjson.',
    fields: { path },
    exitStatus: 2,
    cause,
  });
}

/** REPORT_NOT_WRITTEN: disk full, no permission. What stood there before is untouched. */
export function reportNotWritten(path: string, cause: unknown): LvskitError {
  return new LvskitError('REPORT_NOT_WRITTEN', `cannot write ${path}: ${reasonOf(cause)}`, {
    remedy: 'Make room or give permission, then run lvskit report on the folder again; no measurement is lost.',
    fields: { path },
    cause,
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
