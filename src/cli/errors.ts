// How an error ends lvskit: what is printed on stderr, and the exit status. 0 done, 1 the work failed,
// 2 usage or conf; a signal gives 128 plus its number, as in a shell.

import { constants } from 'node:os';
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { LvskitError } from '../model/mod.ts';

export interface Ending {
  /** Lines for stderr without the last newline; empty when everything has been said. */
  readonly text: string;
  readonly exitStatus: number;
}

export interface Circumstances {
  /** Add the stack and the chain of causes. */
  readonly debug: boolean;
  /** The signal that had asked us to end, if one had. */
  readonly interruptedBy: NodeJS.Signals | undefined;
}

/** What to say and how to exit when `error` (undefined: none) has ended the work. */
export function endingOf(error: unknown, { debug, interruptedBy }: Circumstances): Ending {
  const ending = endingOfError(error, debug);
  if (interruptedBy === undefined) return ending;
  // What breaks because we were told to end is no defect, but what a command says about its own end counts.
  const text = error instanceof LvskitError ? ending.text : '';
  return { text, exitStatus: 128 + constants.signals[interruptedBy] };
}

function endingOfError(error: unknown, debug: boolean): Ending {
  if (error === undefined) return { text: '', exitStatus: 0 };
  // Commander has printed its own: help and version on stdout, usage errors on stderr.
  if (error instanceof CommanderError) return { text: '', exitStatus: error.exitCode === 0 ? 0 : 2 };
  const details = debug ? [inspect(error)] : [];
  if (error instanceof LvskitError) {
    const remedy = error.remedy === undefined ? [] : [asSentence(error.remedy)];
    const text = [`lvskit: ${error.message}`, ...remedy, ...details].join('\n');
    return { text, exitStatus: error.exitStatus };
  }
  const message = error instanceof Error ? error.message : String(error);
  const advice = debug
    ? 'This is a defect in lvskit; please report it with what follows.'
    : 'This is a defect in lvskit; LVSKIT_DEBUG=1 shows where.';
  return { text: [`lvskit: ${message}`, advice, ...details].join('\n'), exitStatus: 1 };
}

/** `stream` is `stdout` or `stderr`. */
export function outputUnwritable(stream: string, cause: NodeJS.ErrnoException): LvskitError {
  return new LvskitError('OUTPUT_UNWRITABLE', `cannot write to ${stream}: ${cause.code ?? cause.message}`, {
    cause,
    fields: { stream },
    remedy: 'make room where it goes, or send it elsewhere',
  });
}

/** Remedies are clauses (`run it as root`), because conf prints them behind the message. */
function asSentence(clause: string): string {
  const sentence = clause.charAt(0).toUpperCase() + clause.slice(1);
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
