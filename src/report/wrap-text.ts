// Text for terminals: wrapping, padding, colour. Widths count characters; nothing here is wider than one column.

const NO_BREAK_SPACE = '\u00a0';

/** `text` with spaces that do not break between numbers and their units. */
export function bindUnits(text: string): string {
  return text.replace(/(?<=\d) (?=(%|µs|ms|B|kB|MB|GB|rounds?)(?!\w))/g, NO_BREAK_SPACE);
}

/** `text` in lines of at most `width` characters, the first after `first`, the others after `rest`. Long words overflow. */
export function wrapText(text: string, width: number, first = '', rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of bindUnits(text).split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].map((one) => one.replaceAll(NO_BREAK_SPACE, ' '));
}

const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

export type TextStyle = keyof typeof STYLES;

/** `text` between the escape sequences of `style` where `color` says so. */
export function styleText(text: string, style: TextStyle | undefined, color: boolean): string {
  if (!color || style === undefined) return text;
  const [on, off] = STYLES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}
