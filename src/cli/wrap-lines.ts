// Sentences in lines of 80 columns.

const WIDTH = 80;

/** The first line after `first`, the others after `rest`. Long words overflow. */
export function wrapLines(text: string, first: string, rest: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  for (const [index, word] of text.split(' ').entries()) {
    const isStart = index === 0 || line === rest;
    if (!isStart && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest + word;
    } else line += isStart ? word : ` ${word}`;
  }
  return [...lines, line];
}
