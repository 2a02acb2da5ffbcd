// `ipvsadm -R`: many commands, one a line, with the outcome that running the real one on them has. Consecutive
// changes of the table are made as one, so that no other command sees a table half restored.

import { applyChanges, type ChangesOutcome, type LineChange } from './apply-changes.ts';
import { isTableCommand } from './commands.ts';
import { IpvsadmError, nestedRestore, OptionSpellingError } from './errors.ts';
import { executeCommand, type SingleCommand } from './execute.ts';
import { parseIpvsadm } from './grammar.ts';
import type { NameService } from './names.ts';
import { parseRestoreLines } from './restore-lines.ts';
import type { IpvsadmSession } from './session.ts';

type Step =
  | { readonly kind: 'changes'; readonly changes: LineChange[] }
  | { readonly kind: 'command'; readonly line: number; readonly command: SingleCommand }
  | { readonly kind: 'mistake'; readonly line: number; readonly error: IpvsadmError };

/**
 * Returns the status of the last line that was run, as the real one does: a change that the table refuses is
 * reported, and the next line is run all the same.
 */
export async function restore(session: IpvsadmSession): Promise<number> {
  const steps = await parseSteps(await session.readInput(), session.names);
  let status = 0;
  for (const step of steps) {
    status = await runStep(step, session);
    // -L of a service that is not there ends the real one.
    if (step.kind === 'command' && step.command.kind === 'list' && status !== 0) break;
  }
  return status;
}

/** Up to the line that ends the real one: a mistake other than in spelling an option, -h, or -v. */
async function parseSteps(text: string, names: NameService): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { number: line, words } of parseRestoreLines(text)) {
    try {
      const command = await parseIpvsadm(words, names);
      if (command.kind === 'restore') throw nestedRestore();
      if (isTableCommand(command)) {
        const last = steps.at(-1);
        if (last?.kind === 'changes') last.changes.push({ line, command });
        else steps.push({ kind: 'changes', changes: [{ line, command }] });
        continue;
      }
      steps.push({ kind: 'command', line, command });
      if (command.kind === 'help' || command.kind === 'version') break;
    } catch (error) {
      if (!(error instanceof IpvsadmError)) throw error;
      steps.push({ kind: 'mistake', line, error });
      if (!(error instanceof OptionSpellingError)) break;
    }
  }
  return steps;
}

async function runStep(step: Step, session: IpvsadmSession): Promise<number> {
  switch (step.kind) {
    case 'changes':
      return makeChanges(step.changes, session);
    case 'command':
      return executeCommand(step.command, session, step.line);
    case 'mistake':
      session.reportError(step.error, step.line);
      return step.error.ipvsadmStatus;
  }
}

async function makeChanges(changes: readonly LineChange[], session: IpvsadmSession): Promise<number> {
  const dataPlane = await session.openDataPlane();
  let refusals: ChangesOutcome['refusals'] = [];
  dataPlane.update((table) => {
    const outcome = applyChanges(table, changes, dataPlane);
    refusals = outcome.refusals;
    return outcome.table;
  });
  for (const { line, error } of refusals) session.reportError(error, line);
  return refusals.at(-1)?.line === changes.at(-1)?.line ? 255 : 0;
}
