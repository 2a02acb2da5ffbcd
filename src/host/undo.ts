// Undoing recorded changes, the last one first. What cannot be undone does not keep the rest from it.

import type { UndoFailure } from './errors.ts';
import type { Change } from './record.ts';
import { setterOf } from './setters.ts';
import { formatTask } from './task.ts';

export interface Undoing {
  /** As the commands that had made it. */
  readonly undone: readonly string[];
  /** What somebody else has changed since, each with how it is now. */
  readonly left: readonly string[];
}

export interface UndoResult extends Undoing {
  readonly failures: readonly UndoFailure[];
}

export interface UndoOptions {
  /** Called before each is undone. */
  readonly onUndo?: ((commands: readonly string[]) => void) | undefined;
  /** Called after each that is undone, or left: it needs no record any more. */
  readonly onDone: (change: Change) => void;
}

export function undoChanges(changes: readonly Change[], { onUndo, onDone }: UndoOptions): UndoResult {
  const undone: string[] = [];
  const left: string[] = [];
  const failures: UndoFailure[] = [];
  for (const change of changes.toReversed()) {
    const commands = formatTask(change.task);
    try {
      onUndo?.(commands);
      const why = setterOf(change.task).undo(change.task, change.before);
      if (why === undefined) undone.push(...commands);
      else left.push(why);
    } catch (error) {
      failures.push({ what: commands.join(', '), error });
      continue;
    }
    onDone(change);
  }
  return { undone, left, failures };
}
