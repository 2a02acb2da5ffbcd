// What a change of several services is to come to, in a file beside the writers' lock from before its first write until
// after its last: with it, whoever takes the lock next completes what a killed writer has begun. Knows nothing of maps.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ServiceEntry, ServiceTable } from '../director/mod.ts';
import { changeIncomplete } from './errors.ts';
import { changeRecordOf, type StateDirectory, tablesOf } from './state-directory.ts';
import { formatServiceKey } from './tables.ts';

/** To be raised when a `ServiceEntry` is not what it was. */
const FORMAT = 1;

export interface Change {
  /** Services that come or become others, newest first. */
  readonly put: readonly ServiceEntry[];
  /** Those that go, by {@link formatServiceKey}. */
  readonly removed: readonly string[];
}

interface ChangeRecord extends Change {
  readonly format: number;
  /** Those that it is a change of, by {@link tablesOf}. */
  readonly tables: number | undefined;
}

/** Whether a change of several services is being made, or has been cut short. */
export function hasRecord(directory: StateDirectory): boolean {
  return existsSync(changeRecordOf(directory));
}

/** Whoever reads it finds all of it or none. */
export function recordChange(directory: StateDirectory, { put, removed }: Change): void {
  const path = changeRecordOf(directory);
  const record: ChangeRecord = { format: FORMAT, tables: tablesOf(directory.path), put, removed };
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

export function removeRecord(directory: StateDirectory): void {
  rmSync(changeRecordOf(directory), { force: true });
}

/**
 * The change that a killed writer has left; undefined without one. Throws DIRECTOR_CHANGE_INCOMPLETE, once, where there
 * was one that this version cannot read. To be called with the lock.
 */
export function readRecord(directory: StateDirectory): Change | undefined {
  if (!hasRecord(directory)) return undefined;
  try {
    const { format, tables, put, removed } = JSON.parse(
      readFileSync(changeRecordOf(directory), 'utf8'),
    ) as ChangeRecord;
    if (format !== FORMAT) throw new Error('another version of lvskit has recorded it');
    // What is undefined JSON has not.
    if (tables === tablesOf(directory.path)) {
      return { put: put.map((entry) => ({ ...entry, persistence: entry.persistence })), removed };
    }
  } catch (error) {
    removeRecord(directory);
    throw changeIncomplete(error);
  }
  // Of a director that is gone.
  removeRecord(directory);
  return undefined;
}

/** What the change makes of a table that has some of it already. */
export function completedTable(table: ServiceTable, { put, removed }: Change): ServiceTable {
  const wanted = new Map(put.map((entry) => [formatServiceKey(entry), entry]));
  const gone = new Set(removed);
  const present = new Set(table.map(formatServiceKey));
  return [
    ...[...wanted].flatMap(([key, entry]) => (present.has(key) ? [] : [entry])),
    ...table.flatMap((entry) => {
      const key = formatServiceKey(entry);
      return gone.has(key) ? [] : [wanted.get(key) ?? entry];
    }),
  ];
}
