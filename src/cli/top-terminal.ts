// The terminal of `lvskit top`: takes it over, gives it back as it was however the process ends, and draws a screen
// with one write, so that nothing flickers.

import { emitKeypressEvents, type Key } from 'node:readline';
import type { Line, Size } from '../monitor/mod.ts';

/** What is used of process.stdin and process.stdout. */
export type TerminalInput = NodeJS.ReadableStream & { setRawMode?(isRaw: boolean): unknown };
export type TerminalOutput = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };

/** Alternate screen, no cursor, no wrapping at the right edge; and back. */
const TAKE_OVER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const GIVE_BACK = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Terminals that know synchronized output show a frame whole; others ignore this. */
const BEGIN_FRAME = '\x1b[?2026h\x1b[H';
const END_FRAME = '\x1b[J\x1b[?2026l';
const CLEAR_TO_END_OF_LINE = '\x1b[K';

/** Weights of characters only, so that it reads on any background; red for what should not be. */
const STYLES: Readonly<Record<Line['style'], string>> = {
  plain: '',
  strong: '\x1b[1m',
  heading: '\x1b[7m',
  alarm: '\x1b[31m',
};
const PLAIN_AGAIN = '\x1b[m';

export interface TerminalEvents {
  /** Named as by node:readline: `q`, `pagedown`. */
  onKey(name: string): void;
  /** The screen has another size, or has to be drawn again. */
  onRedraw(): void;
  /** Nobody types any more: the terminal has gone. */
  onEnd(): void;
}

export class TopTerminal {
  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #events: TerminalEvents;
  #taken = false;

  constructor(input: TerminalInput, output: TerminalOutput, events: TerminalEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
  }

  get size(): Size {
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  open(): void {
    emitKeypressEvents(this.#input);
    this.#input.on('keypress', this.#onKeypress).on('end', this.#events.onEnd);
    this.#output.on('resize', this.#events.onRedraw);
    process.on('SIGCONT', this.#onContinue);
    // For an end that nobody catches; what is written to a terminal is written at once.
    process.on('exit', this.#giveBack);
    this.#takeOver();
  }

  close(): void {
    this.#giveBack();
    this.#input.off('keypress', this.#onKeypress).off('end', this.#events.onEnd);
    this.#output.off('resize', this.#events.onRedraw);
    process.off('SIGCONT', this.#onContinue).off('exit', this.#giveBack);
  }

  draw(lines: readonly Line[]): void {
    if (!this.#taken) return;
    const body = lines.map(({ text, style }) => {
      const styled = STYLES[style] === '' ? text : `${STYLES[style]}${text}${PLAIN_AGAIN}`;
      return `${styled}${CLEAR_TO_END_OF_LINE}`;
    });
    this.#output.write(`${BEGIN_FRAME}${body.join('\r\n')}${END_FRAME}`);
  }

  #takeOver(): void {
    if (this.#taken) return;
    this.#taken = true;
    this.#input.setRawMode?.(true);
    this.#input.resume();
    this.#output.write(TAKE_OVER);
  }

  readonly #giveBack = (): void => {
    if (!this.#taken) return;
    this.#taken = false;
    this.#output.write(GIVE_BACK);
    this.#input.setRawMode?.(false);
    this.#input.pause();
  };

  readonly #onContinue = (): void => {
    this.#takeOver();
    this.#events.onRedraw();
  };

  /** In raw mode Ctrl-C and Ctrl-Z are only keys. */
  readonly #onKeypress = (text: string | undefined, key: Key): void => {
    if (key.ctrl) {
      if (key.name === 'c') process.kill(process.pid, 'SIGINT');
      if (key.name === 'z') {
        this.#giveBack();
        process.kill(process.pid, 'SIGTSTP');
      }
      return;
    }
    this.#events.onKey(key.name ?? text ?? '');
  };
}
