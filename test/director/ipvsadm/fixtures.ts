// Access to what was recorded from the real ipvsadm (test/fixtures/ipvsadm).

import { readFileSync } from 'node:fs';

export function readFixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/ipvsadm/${name}`, import.meta.url), 'utf8');
}

export interface RecordedStatus {
  readonly command: string;
  readonly status: number;
}

/** Lines of `STATUS ipvsadm WORDS`; `command` is the words. */
export function readStatuses(name: string): RecordedStatus[] {
  return readFixture(name)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [status, , ...words] = line.split(' ');
      return { command: words.join(' '), status: Number(status) };
    });
}
