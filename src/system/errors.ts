// Errors of the layer that talks to the machine: programs that are missing or fail, and missing privilege.

import { LvskitError } from '../model/mod.ts';

/** A program that could not be run or did not end well. `status` is undefined when it never ran to an end. */
export class CommandError extends LvskitError {
  readonly argv: readonly string[];
  readonly status: number | undefined;
  readonly stderr: string;

  constructor(
    code: 'COMMAND_NOT_FOUND' | 'COMMAND_FAILED' | 'COMMAND_TIMED_OUT',
    message: string,
    details: {
      readonly argv: readonly string[];
      readonly status?: number;
      readonly stderr?: string;
      readonly remedy?: string;
      readonly cause?: unknown;
    },
  ) {
    const { argv, status, stderr = '', remedy, cause } = details;
    super(code, message, {
      cause,
      fields: { argv, status, stderr },
      ...(remedy === undefined ? {} : { remedy }),
    });
    this.argv = argv;
    this.status = status;
    this.stderr = stderr;
  }
}

/** For work that needs CAP_NET_ADMIN and CAP_SYS_ADMIN; `purpose` completes "… needs root". */
export function notRootError(purpose: string): LvskitError {
  return new LvskitError('NOT_ROOT', `${purpose} needs root`, { remedy: 'run it as root, for example with sudo' });
}

/** A network namespace that can't be entered or asked. `which` is its path, or `of this process`. */
export function networkNamespaceError(which: string, why: string, cause?: unknown): LvskitError {
  return new LvskitError('NETNS_NOT_ENTERED', `cannot use the network namespace ${which}: ${why}`, {
    cause,
    fields: { namespace: which },
    remedy: 'see `ip netns list` for those that exist, and run this as root',
  });
}
