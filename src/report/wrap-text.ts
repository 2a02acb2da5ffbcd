// Text for terminals: wrapping, padding, colour. Widths count characters; nothing here is wider than one column.

import { wrapWords } from '../model/mod.ts';

const NO_BREAK_SPACE = '\u00a0';

/** `text` with spaces that do not break between numbers and their units. */
export function bindUnits(text: string): string {
  return text.replace(/(?<=\d) (?=(%|µs|ms|B|kB|MB|GB|rounds?)(?!\w))/g, NO_BREAK_SPACE);
}

/** {@link wrapWords}, but that numbers stay with their units. */
export function wrapText(text: string, width: number, first = '', rest = first): string[] {
  return wrapWords(bindUnits(text), width, first, rest).map((line) => line.replaceAll(NO_BREAK_SPACE, ' '));
}

const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

export type TextStyle = keyof typeof STYLES;

/** `text` between the escape sequences of `style` where `color` says so. */
export function styleText(text: string, style: TextStyle | undefined, color: boolean): string {
  if (!color || style === undefined) return text;
  const [on, off] = STYLES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}
