// Programs that outlive us: started in a session of their own, with nothing of ours left open.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

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

/** The words that started this process, without its own command: the way to start lvskit again. */
export function ownLauncher(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}
