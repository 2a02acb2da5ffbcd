// This host → as it was before lvskit set it up, by the record of what was changed.

import { requireRoot } from '../system/mod.ts';
import { undoIncompleteError } from './errors.ts';
import { type Change, deleteRecord, type HostRecord, readRecord, withHostLock, writeRecord } from './record.ts';
import { type Undoing, undoChanges } from './undo.ts';

export interface Removed extends Undoing {
  readonly record: HostRecord;
}

export interface RemoveOptions {
  /** Called before each step is undone. */
  readonly onUndo?: (commands: readonly string[]) => void;
}

/**
 * Undefined when there is nothing to undo. Throws NOT_ROOT, HOST_UNDO_INCOMPLETE (what could not be undone stays
 * recorded), HOST_RECORD_UNREADABLE.
 */
export function removeHost({ onUndo }: RemoveOptions = {}): Removed | undefined {
  requireRoot('undoing what was set up on a host');
  return withHostLock(() => {
    const record = readRecord();
    if (record === undefined) {
      deleteRecord();
      return undefined;
    }
    let { changes } = record;
    const onDone = (done: Change) => {
      changes = changes.filter((change) => change !== done);
      writeRecord({ ...record, status: 'interrupted', changes });
    };
    const { undone, left, failures } = undoChanges(changes, { onUndo, onDone });
    if (failures.length > 0) throw undoIncompleteError(failures);
    deleteRecord();
    return { record, undone, left };
  });
}
