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

/** A command of a transcript with all that it printed on stdout. */
export interface TranscriptStep {
  readonly command: string;
  /** What -R read. */
  readonly input: string;
  readonly output: string;
  readonly status: number;
}

/**
 * `$ ipvsadm WORDS`, then the output, then `= STATUS` where it is not 0. Input stands between `<<END` and `END`.
 * Lines before the first command are about the whole.
 */
export function readTranscript(name: string): TranscriptStep[] {
  const [, ...steps] = `\n${readFixture(name)}`.split('\n$ ipvsadm ');
  return steps.map((text) => {
    const [line = '', ...rest] = text.replace(/\n$/, '').split('\n');
    const [command = '', heredoc] = line.split(' <<');
    const input = heredoc === undefined ? [] : rest.splice(0, rest.indexOf(heredoc) + 1).slice(0, -1);
    const status = Number(/^= ([0-9]+)$/.exec(rest.at(-1) ?? '')?.[1] ?? 0);
    const output = status === 0 ? rest : rest.slice(0, -1);
    return { command, input: asText(input), output: asText(output), status };
  });
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
