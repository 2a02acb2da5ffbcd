// Text → lines without comments → words with their places: what the conf and the hosts format have in common.

import type { RawWord } from './raw.ts';

export interface ContentLine {
  /** Counted from 1. */
  readonly line: number;
  /** The line up to its comment; columns are those of the file. */
  readonly content: string;
}

/** The lines that hold more than white space and a comment. */
export function contentLines(text: string): readonly ContentLine[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: index + 1, content: line.replace(/#.*/s, '') }))
    .filter(({ content }) => content.trim() !== '');
}

/** The words of `content`, which begins `skippedColumns` into its line. */
export function wordsOf(content: string, file: string, line: number, skippedColumns = 0): readonly RawWord[] {
  return [...content.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    file,
    line,
    column: skippedColumns + match.index + 1,
  }));
}
