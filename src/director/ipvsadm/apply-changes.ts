// Table commands as changes of the service table: what each does, and a run of them made as one change.

import type { SchedulerName } from '../../model/mod.ts';
import type { ServiceTable } from '../data-plane.ts';
import { DirectorError } from '../errors.ts';
import {
  addServer,
  addService,
  deleteServer,
  deleteService,
  editServer,
  editService,
  requireScheduler,
} from '../table.ts';
import type { TableCommand } from './commands.ts';

/** A table command and the line of `-R`'s input that holds it. */
export interface LineChange {
  readonly line: number;
  readonly command: TableCommand;
}

export interface ChangesOutcome {
  readonly table: ServiceTable;
  readonly refusals: readonly { readonly line: number; readonly error: DirectorError }[];
}

/** Raises DirectorError when the table does not admit the command. */
export function applyChange(
  table: ServiceTable,
  command: TableCommand,
  schedulers: readonly SchedulerName[],
): ServiceTable {
  switch (command.kind) {
    case 'add-service':
      return addService(table, { ...command.service, scheduler: requireScheduler(command.scheduler, schedulers) });
    case 'edit-service':
      return editService(table, { ...command.service, scheduler: requireScheduler(command.scheduler, schedulers) });
    case 'delete-service':
      return deleteService(table, command.service);
    case 'clear':
      return [];
    case 'add-server':
      return addServer(table, command.service, command.server);
    case 'edit-server':
      return editServer(table, command.service, command.server);
    case 'delete-server':
      return deleteServer(table, command.service, command.server);
  }
}

/** All of them in order; one that is refused changes nothing, and the next are made all the same. */
export function applyChanges(
  table: ServiceTable,
  changes: readonly LineChange[],
  schedulers: readonly SchedulerName[],
): ChangesOutcome {
  const refusals: { line: number; error: DirectorError }[] = [];
  let changed = table;
  for (const { line, command } of changes) {
    try {
      changed = applyChange(changed, command, schedulers);
    } catch (error) {
      if (!(error instanceof DirectorError)) throw error;
      refusals.push({ line, error });
    }
  }
  return { table: changed, refusals };
}
