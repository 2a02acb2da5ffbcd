// How commands get to a machine: a prefix. In a lab it enters the machine's namespace, for a real host it is ssh.

import { CommandError, quote, runCommandAsync } from '../system/mod.ts';

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface Reach {
  /** `Machine.name` */
  readonly machine: string;
  /** The words that lvskit is started with there. */
  readonly lvskit: readonly string[];
  /** Its output, whatever its status; 124, as of timeout(1), where no answer came. Throws COMMAND_NOT_FOUND. */
  readonly run: (argv: readonly string[]) => Promise<CommandOutput>;
}

/** A command on another machine answers within this, or the machine counts as not reached. */
const TIMEOUT_MS = 20_000;

/** ssh joins its words and lets the other side's shell take them apart again, so it gets them quoted. */
export function reachBy(prefix: readonly string[], machine: string, lvskit: readonly string[]): Reach {
  const throughShell = prefix[0] === 'ssh';
  return {
    machine,
    lvskit,
    async run(argv) {
      try {
        return await runCommandAsync([...prefix, ...(throughShell ? [quote(argv)] : argv)], {
          allowFailure: true,
          timeoutMs: TIMEOUT_MS,
        });
      } catch (error) {
        if (!(error instanceof CommandError) || error.code !== 'COMMAND_TIMED_OUT') throw error;
        return { stdout: '', stderr: error.message, status: 124 };
      }
    },
  };
}
