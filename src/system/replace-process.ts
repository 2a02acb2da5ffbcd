// Becoming another program, as a shell's `exec` does. Undoes first what Node has done to the process that the
// program would inherit and not expect.

import koffi from 'koffi';
import { findProgram, quote, searchPath } from './command.ts';
import { CommandError } from './errors.ts';

/** From <fcntl.h>; the same on every Linux that Node runs on. */
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Same process, terminal, signals and exit status; never returns. Throws {@link CommandError} when the program is
 * missing.
 */
export function replaceProcess(argv: readonly string[]): never {
  findProgram(argv[0] ?? '');
  makeStreamsBlocking();
  // Node ignores SIGPIPE and SIGXFSZ, and what is ignored stays so across exec; env(1) resets them.
  const resetting = ['env', '--default-signal=PIPE,XFSZ', ...argv];
  process.execve?.(findProgram('env'), resetting, { ...process.env, PATH: searchPath() });
  throw new CommandError('COMMAND_FAILED', `this process cannot become ${quote(argv)}`, { argv });
}

/** Node makes pipes non-blocking once it has touched them; most programs take EAGAIN for a failure. */
function makeStreamsBlocking(): void {
  const fcntl = koffi.load('libc.so.6').func('int fcntl(int fd, int command, int argument)');
  for (const stream of STANDARD_STREAMS) {
    const flags: number = fcntl(stream, F_GETFL, 0);
    if (flags !== -1) fcntl(stream, F_SETFL, flags & ~O_NONBLOCK);
  }
}
