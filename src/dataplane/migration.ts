// Replacing a director of another version, with its services and connections, while packets go on: this version's is
// put together beside it, stands in front of it for a moment, and then takes its place. Every step up to the last can be
// undone by attaching what is pinned (docs/decisions/0015).

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceTable } from '../director/mod.ts';
import { exchangePaths } from '../system/mod.ts';
import { lvsFeatures, lvsLoadRequest } from './abi.ts';
import { attachInFront, attachToIngress, detachFromFront } from './attach.ts';
import { attachAll, listAttachedDevices, reattach } from './attachments.ts';
import { ConfigurationChange, readBasis } from './change.ts';
import { type Change, completedTable, readRecord, removeRecord } from './change-record.ts';
import { readConfig } from './config.ts';
import { notTransferable } from './errors.ts';
import { ForeignMaps } from './foreign-maps.ts';
import { closeMaps, type Maps, openMaps } from './maps.ts';
import { marksOf, settleMarkPort } from './mark-port.ts';
import { ConnectionTransfer } from './migration-connections.ts';
import { carryCounters } from './migration-counters.ts';
import { copyConfig, copyTables, requireTables } from './migration-tables.ts';
import { settleRealServers } from './real-servers.ts';
import { runProgram } from './run-program.ts';
import { DIRECTOR_PROGRAM, NOTE_LOAD_PROGRAM, removePins, type StateDirectory, stagingOf } from './state-directory.ts';
import { tableOf } from './tables.ts';
import { removeTracers } from './trace-attachments.ts';
import { type Enums, findContradiction } from './vocabulary.ts';

/**
 * Puts this version's director in the place of the one that is there. To be called with the writers' lock.
 *
 * @param load loads this version's programs, with new tables, into a directory
 * Throws DIRECTOR_NOT_TRANSFERABLE, DIRECTOR_CONNECTIONS_DO_NOT_FIT, BPF_LOAD_FAILED, BPF_MAP_FAILED, BPF_ATTACH_FAILED,
 * XDP_ATTACH_FAILED; then the old one goes on.
 */
export function migrate(directory: StateDirectory, load: (directory: StateDirectory) => void): void {
  const theirs = new ForeignMaps(directory.path);
  const next = stagingOf(directory);
  try {
    const begun = readRecord(directory);
    requireTables(theirs);
    const enums = theirs.enumsOf('lvs_flows');
    const contradiction = findContradiction(enums);
    if (contradiction !== undefined) throw notTransferable(contradiction);
    mkdirSync(next.path, { mode: 0o700 });
    load(next);
    takeOver(theirs, enums, next, begun);
    exchangePaths(next.path, directory.path);
  } catch (error) {
    undoMigration(directory);
    throw error;
  } finally {
    theirs.close();
  }
  removeRecord(directory);
  removePins(next);
  // By which versions until 0.1 knew their own.
  rmSync(directory.lockFile.replace(/lock$/, 'abi'), { force: true });
}

/**
 * Clears up after a migration that failed, or whose process died: the director whose pins are in place is the one that
 * packets find, be it the old or the new. Without one there is nothing to do. To be called with the writers' lock.
 */
export function undoMigration(directory: StateDirectory): void {
  const next = stagingOf(directory);
  if (!existsSync(next.path)) return;
  const theirs = new ForeignMaps(directory.path);
  try {
    const { xdp_mode: xdpMode = 0 } = (theirs.open('lvs_config').map.get({ value: 0 }) ?? {}) as { xdp_mode?: number };
    reattach(directory, xdpMode);
  } finally {
    theirs.close();
  }
  removePins(next);
}

/** @param begun what a killed writer has left of a change of the other's table */
function takeOver(theirs: ForeignMaps, enums: Enums, next: StateDirectory, begun: Change | undefined): void {
  const maps = openMaps(next.path);
  copyTables(theirs, next.path);
  copyConfig(theirs, enums, maps);
  const connections = new ConnectionTransfer(theirs, enums, next.path);
  try {
    connections.transfer();
    // What has come while that ran.
    connections.transfer();
    const table = settle(maps, next, begun);
    setFeatures(maps, (features) => features | lvsFeatures.LVS_TAKES_OVER);
    const program = join(next.path, DIRECTOR_PROGRAM);
    // From here on new connections are this one's; what it does not know, the other still does. Its tracer, which would
    // go on with its tables, has nothing more to tell.
    for (const device of listAttachedDevices()) {
      removeTracers(device);
      attachInFront(program, device);
    }
    connections.transfer();
    for (const device of listAttachedDevices()) attachToIngress(program, device);
    attachAll(next);
    settleMarkPort(next, marksOf(table));
    for (const device of listAttachedDevices()) detachFromFront(device);
    setFeatures(maps, (features) => features & ~lvsFeatures.LVS_TAKES_OVER);
    // What the other's XDP program, if there was one, has let pass.
    connections.transfer();
    carryCounters(theirs, enums, next.path);
  } finally {
    connections.close();
    closeMaps(maps);
  }
}

/**
 * What follows from the services, and the other version had not or had otherwise: as after a change of them. Servers that
 * were removed keep their places by their connections, which are here by now.
 */
function settle(maps: Maps, next: StateDirectory, begun: Change | undefined): ServiceTable {
  const basis = readBasis(maps);
  const noteLoad = (server: number) => void runProgram(next, NOTE_LOAD_PROGRAM, lvsLoadRequest, { server });
  const table = tableOf(basis.services);
  const wanted = begun === undefined ? table : completedTable(table, begun);
  // Programs are attached later.
  new ConfigurationChange(maps, basis, noteLoad, () => {}).plan(wanted).write();
  settleRealServers(maps);
  return wanted;
}

function setFeatures(maps: Maps, change: (features: number) => number): void {
  const config = readConfig(maps);
  maps.config.set({ value: 0 }, { ...config, features: change(config.features) });
}
