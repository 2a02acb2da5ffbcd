// How commands get to a machine: a prefix. In a lab it enters the machine's namespace, for a real host it is ssh.

import { quote, runCommandAsync } from '../system/mod.ts';

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
  /** Its output, whatever its status. Throws COMMAND_NOT_FOUND, COMMAND_TIMED_OUT. */
  readonly run: (argv: readonly string[], input?: string) => Promise<CommandOutput>;
}

/** A command on another machine answers within this, or the machine counts as not reached. */
const TIMEOUT_MS = 15_000;

/** ssh joins its words and lets the other side's shell take them apart again, so it gets them quoted. */
export function reachBy(prefix: readonly string[], machine: string, lvskit: readonly string[]): Reach {
  const throughShell = prefix[0] === 'ssh';
  return {
    machine,
    lvskit,
    run: (argv, input) =>
      runCommandAsync([...prefix, ...(throughShell ? [quote(argv)] : argv)], {
        allowFailure: true,
        timeoutMs: TIMEOUT_MS,
        ...(input === undefined ? {} : { input }),
      }),
  };
}
