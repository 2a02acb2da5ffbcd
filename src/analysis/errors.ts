// Errors of reading result files: what in which file is not as suite writes it.

import { LvskitError } from '../model/mod.ts';

/** RESULTS_BAD_RUN: run.json is not JSON or lacks something. */
export function badRun(fileName: string, reason: string, cause?: unknown): LvskitError {
  return new LvskitError('RESULTS_BAD_RUN', `${fileName}: ${reason}`, {
    remedy: 'Name the folder of a run whose run.json is as lvskit wrote it, or measure again.',
    fields: { file: fileName },
    exitStatus: 2,
    cause,
  });
}

/** RESULTS_FORMAT_VERSION: another version of lvskit wrote the run. */
export function formatVersionUnknown(fileName: string, found: unknown, known: number): LvskitError {
  return new LvskitError(
    'RESULTS_FORMAT_VERSION',
    `${fileName}: its format is ${JSON.stringify(found) ?? 'not stated'}, and this lvskit reads format ${known}`,
    {
      remedy: 'Use the lvskit that made the run; run.json names it under environment.lvskit.',
      fields: { file: fileName, found, known },
      exitStatus: 2,
    },
  );
}

/** RESULTS_BAD_SAMPLE: a line of samples.ndjson that is not the last one cannot be read. */
export function badSample(fileName: string, line: number, reason: string, cause?: unknown): LvskitError {
  return new LvskitError('RESULTS_BAD_SAMPLE', `${fileName}:${line}: ${reason}`, {
    remedy: 'The file was changed or damaged after the run: restore it, delete that line, or measure again.',
    fields: { file: fileName, line },
    exitStatus: 2,
    cause,
  });
}

/** RESULTS_BAD_HISTOGRAM: the histogram of a sample does not decode. */
export function badHistogram(visit: string, cause: unknown): LvskitError {
  return new LvskitError('RESULTS_BAD_HISTOGRAM', `the histogram of ${visit} does not decode`, {
    remedy: 'The file was changed or damaged after the run: restore it, delete that line, or measure again.',
    exitStatus: 2,
    cause,
  });
}

/** RESULTS_NO_SAMPLES: the run ended before its first visit did. */
export function noSamples(): LvskitError {
  return new LvskitError('RESULTS_NO_SAMPLES', 'the run holds no sample, so there is nothing to report', {
    remedy: 'Measure again; a run can be reported as soon as one block size was measured.',
    exitStatus: 2,
  });
}
