// A program of somebody else's in our place at the terminal: what it reads, writes and is told by Ctrl-C is its own. We
// stay, because there is something to put away when it has ended.

import { spawn } from 'node:child_process';
import { findProgram, quote, searchPath, statusOf } from './command.ts';
import { CommandError } from './errors.ts';

export interface ForegroundOptions {
  /** Once aborted, the program is told to end (SIGTERM), and killed if it does not. */
  readonly signal: AbortSignal;
  /** Keep what it writes on standard output instead of passing it through. */
  readonly captures: boolean;
  /** After this the call throws COMMAND_TIMED_OUT; the program is ended as above. */
  readonly timeoutMs: number;
}

export interface ForegroundResult {
  /** As in a shell: 128 + n for a program ended by signal n. */
  readonly status: number;
  /** Empty unless captured. */
  readonly stdout: string;
}

/** A program that does not end when it is told to is killed after this. */
const PATIENCE_MS = 2000;

/** Throws {@link CommandError} when it is missing or takes too long; its status is the caller's to judge. */
export async function runInForeground(argv: readonly string[], options: ForegroundOptions): Promise<ForegroundResult> {
  const [program = '', ...rest] = argv;
  const child = spawn(findProgram(program), rest, {
    stdio: ['inherit', options.captures ? 'pipe' : 'inherit', 'inherit'],
    env: { ...process.env, PATH: searchPath() },
  });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const end = () => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
  };
  const overdue = AbortSignal.timeout(options.timeoutMs);
  const told = AbortSignal.any([options.signal, overdue]);
  if (told.aborted) end();
  told.addEventListener('abort', end);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(statusOf(code, signal)));
    });
    if (overdue.aborted) {
      const message = `${quote(argv)} was ended because it took longer than ${options.timeoutMs / 1000} s`;
      throw new CommandError('COMMAND_TIMED_OUT', message, { argv });
    }
    return { status, stdout };
  } finally {
    told.removeEventListener('abort', end);
  }
}
