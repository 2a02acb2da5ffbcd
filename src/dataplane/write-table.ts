// Making a table the one in force: the change of the maps, what follows from it outside of them, and the record by which
// it becomes whole even if this process is killed on the way.

import type { ServiceTable } from '../director/mod.ts';
import { lvsExpired, lvsLoadRequest } from './abi.ts';
import { type Basis, ConfigurationChange, readBasis } from './change.ts';
import { completedTable, readRecord, recordChange, removeRecord } from './change-record.ts';
import { decodeSettings, readConfig } from './config.ts';
import { changeIncomplete } from './errors.ts';
import { settleLocalAnswers } from './local-answers.ts';
import type { Maps } from './maps.ts';
import { marksOf, settleMarkPort } from './mark-port.ts';
import { settleRealServers } from './real-servers.ts';
import { runProgram } from './run-program.ts';
import { EXPIRE_REMOVED_PROGRAM, NOTE_LOAD_PROGRAM, type StateDirectory } from './state-directory.ts';
import { tableOf } from './tables.ts';

/**
 * Makes `wanted` the table, from `basis` on. To be called with the lock. Throws DIRECTOR_TABLE_FULL before it changes
 * anything.
 *
 * @param hasLost whether servers may have been removed already
 */
export function writeTable(
  maps: Maps,
  directory: StateDirectory,
  basis: Basis,
  wanted: ServiceTable,
  hasLost = false,
): void {
  const noteLoad = (server: number) => void runProgram(directory, NOTE_LOAD_PROGRAM, lvsLoadRequest, { server });
  const settleLocal = (needed: boolean) => settleLocalAnswers(directory, needed);
  const change = new ConfigurationChange(maps, basis, noteLoad, settleLocal).plan(wanted);
  // One service comes into force, or goes, by one write.
  if (change.put.length + change.removed.length > 1) recordChange(directory, change);
  try {
    // Marked packets come in before there is a service for them, and stay away before there is none.
    settleMarkPort(directory, marksOf(wanted));
    const hasRemoved = change.write();
    settleRealServers(maps);
    if ((hasRemoved || hasLost) && decodeSettings(readConfig(maps)).expire_nodest_conn !== 0) {
      runProgram(directory, EXPIRE_REMOVED_PROGRAM, lvsExpired, { connections: 0 });
    }
  } finally {
    removeRecord(directory);
  }
}

/**
 * Completes the change of several services that a killed writer has begun. To be called with the lock. Throws
 * DIRECTOR_CHANGE_INCOMPLETE, once.
 */
export function completeChange(maps: Maps, directory: StateDirectory): void {
  const change = readRecord(directory);
  if (change === undefined) return;
  try {
    const basis = readBasis(maps);
    writeTable(maps, directory, basis, completedTable(tableOf(basis.services), change), true);
  } catch (error) {
    // Or no command would come through any more.
    removeRecord(directory);
    throw changeIncomplete(error);
  }
}
