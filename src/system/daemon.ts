// Programs that outlive us: started in a session of their own, with nothing of ours left open.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Starts the program and returns its process id at once. What it writes goes to `logFile`. */
export function startDaemon(argv: readonly string[], logFile: string): number | undefined {
  const [program, ...rest] = argv as [string, ...string[]];
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(program, rest, { detached: true, stdio: ['ignore', log, log] });
    // Its absence shows where it is waited for; here it must not be thrown out of an event.
    child.on('error', () => {});
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** The entry of lvskit, beside us in the sources as in what is built of them. */
const MAIN = join(import.meta.dirname, '..', 'cli', `main${extname(import.meta.filename)}`);

/**
 * The words that start lvskit, without a command. Never the program that we are part of: a test that started itself in
 * place of a service would do so for ever.
 */
export function ownLauncher(): readonly string[] {
  return [process.execPath, ...(process.argv[1] === MAIN ? process.execArgv : []), MAIN];
}
