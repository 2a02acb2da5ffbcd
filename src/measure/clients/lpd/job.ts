// A print job as RFC 1179 has it: the names of its two files and the text of its control file.

/** Three digits (RFC 1179, 6.2). */
export const JOBS_OF_A_LETTER = 1000;
/** The letter before the number tells the data files of one job apart; jobs of ours have one each, so it can serve as more digits. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** How many jobs of one host a spool can hold at the same time. */
export const JOBS = JOBS_OF_A_LETTER * LETTERS.length;

export interface Job {
  /** From 0 to {@link JOBS} - 1. A server refuses one that it has from the same host. */
  readonly index: number;
  /** Ours, as we call it; the server uses its own name for us. */
  readonly host: string;
  /** Whose job it is. The server lists queues by this. */
  readonly owner: string;
}

/** As the server lists it. */
export function numberOf({ index }: Job): number {
  return index % JOBS_OF_A_LETTER;
}

export function dataFileOf(job: Job): string {
  return `d${suffixOf(job)}`;
}

export function controlFileOf(job: Job): string {
  return `c${suffixOf(job)}`;
}

function suffixOf(job: Job): string {
  const letter = LETTERS[Math.floor(job.index / JOBS_OF_A_LETTER)] ?? '';
  return `f${letter}${String(numberOf(job)).padStart(3, '0')}${job.host}`;
}

/** `l`: printed as it is; `U`: removed afterwards; no banner, no mail. */
export function formatControlFile(job: Job): string {
  const file = dataFileOf(job);
  return [`H${job.host}`, `P${job.owner}`, `J${file}`, `l${file}`, `U${file}`, `N${file}`, ''].join('\n');
}
