// The text that `ipvsadm -R` reads, as command lines: words between blanks, and a line may start with `ipvsadm`.
// Beyond the real one, `#` starts a comment at the beginning of a word.

export interface RestoreLine {
  /** 1-based. */
  readonly number: number;
  readonly words: readonly string[];
}

/** The lines that say something. */
export function parseRestoreLines(text: string): RestoreLine[] {
  return text
    .split('\n')
    .map((line, index) => ({ number: index + 1, words: splitWords(line) }))
    .filter(({ words }) => words.length > 0);
}

function splitWords(line: string): string[] {
  const words = line.split(/[ \t\r]+/).filter((word) => word !== '');
  const comment = words.findIndex((word) => word.startsWith('#'));
  const said = comment < 0 ? words : words.slice(0, comment);
  return said[0] === 'ipvsadm' ? said.slice(1) : said;
}
