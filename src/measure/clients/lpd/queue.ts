// The state of a queue as a print server tells it (RFC 1179, 5.3 and 5.4, whose answer is free text): BSD lpd's, which
// others have copied.

export interface QueueState {
  /** Numbers of the owner's jobs. */
  readonly jobs: readonly number[];
  /** What the server warns of: no daemon present, the queue is turned off, the printer is down. */
  readonly warnings: readonly string[];
  /** What it says in place of a state: that there is no such printer, that it does not let us ask. */
  readonly complaint: string | undefined;
}

/** `active root       12   file    1024 bytes`; printed next: 1st, 2nd, … */
const ROW = /^(?:active|\d+(?:st|nd|rd|th)) *(\S+) +(\d+) /;
const WARNING = /(?:^|: )Warning: (.*)$/;
/** `HOST: lpd: PRINTER: unknown printer` */
const COMPLAINT = /^\S+: lpd: (.*)$/;

export function parseQueue(text: string, owner: string): QueueState {
  const lines = text.split('\n');
  const matches = (pattern: RegExp) => lines.map((line) => pattern.exec(line)).filter((match) => match !== null);
  return {
    jobs: matches(ROW)
      .filter(([, whose]) => whose === owner)
      .map(([, , number]) => Number(number)),
    warnings: matches(WARNING).map(([, warning = '']) => warning.trim()),
    complaint: matches(COMPLAINT).map(([, complaint = '']) => complaint)[0],
  };
}
