// The ipvsadm command as a whole: words in, output and exit status out.

import { IpvsadmError } from './errors.ts';
import { executeCommand } from './execute.ts';
import { parseIpvsadm } from './grammar.ts';
import { restore } from './restore.ts';
import type { IpvsadmSession } from './session.ts';

/**
 * Runs `ipvsadm WORDS` and returns the exit status that ipvsadm 1.31 has: 0, 1, 2 or 255. Mistakes and refusals are
 * reported through the session; only what fails below the director is thrown.
 */
export async function runIpvsadm(words: readonly string[], session: IpvsadmSession): Promise<number> {
  try {
    const command = await parseIpvsadm(words, session.names);
    return command.kind === 'restore' ? await restore(session) : await executeCommand(command, session);
  } catch (error) {
    if (!(error instanceof IpvsadmError)) throw error;
    session.reportError(error);
    return error.ipvsadmStatus;
  }
}
