// Programs that outlive us: started in a session of their own, with nothing of ours left open.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';

/** sd_listen_fds(3): the first socket that a process is started with, and what says that it is. */
const PASSED_LISTENER = 3;
const WITH_LISTENER = ['sh', '-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', 'sh'];

/** The socket that systemd, or {@link startDaemon}, has opened for this process to listen on. */
export function passedListener(): number | undefined {
  const { LISTEN_FDS = '0', LISTEN_PID } = process.env;
  return LISTEN_PID === String(process.pid) && Number(LISTEN_FDS) > 0 ? PASSED_LISTENER : undefined;
}

/**
 * Starts the program and returns its process id at once. What it writes goes to `logFile`. A listening socket is passed on
 * as systemd does it; it stays open here, too.
 */
export function startDaemon(argv: readonly string[], logFile: string, listener?: number): number | undefined {
  const [program = '', ...rest] = listener === undefined ? argv : [...WITH_LISTENER, ...argv];
  const log = openSync(logFile, 'a', 0o600);
  try {
    const stdio = ['ignore', log, log, ...(listener === undefined ? [] : [listener])] as const;
    const child = spawn(program, rest, { detached: true, stdio: [...stdio] });
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
