// Table commands as changes of the service table: what each does, and a run of them made as one change.

import type { DataPlane, ServiceOptions, ServiceTable } from '../data-plane.ts';
import { DirectorError, mixedFamiliesWhileSyncing } from '../errors.ts';
import {
  addServer,
  addService,
  deleteServer,
  deleteService,
  editServer,
  editService,
  isOfOtherFamily,
  requirePersistenceEngine,
  requireScheduler,
} from '../table.ts';
import type { RequestedOptions, TableCommand } from './commands.ts';

/** A table command and the line of `-R`'s input that holds it. */
export interface LineChange {
  readonly line: number;
  readonly command: TableCommand;
}

export interface ChangesOutcome {
  readonly table: ServiceTable;
  readonly refusals: readonly { readonly line: number; readonly error: DirectorError }[];
}

/** What of the data plane decides whether a command is admitted. */
export type Circumstances = Pick<DataPlane, 'schedulers' | 'readSyncDaemons'>;

/** Raises DirectorError when the table does not admit the command. */
export function applyChange(table: ServiceTable, command: TableCommand, circumstances: Circumstances): ServiceTable {
  switch (command.kind) {
    case 'add-service':
      return addService(table, { ...command.service, ...resolveOptions(command.options, circumstances) });
    case 'edit-service':
      return editService(table, { ...command.service, ...resolveOptions(command.options, circumstances) });
    case 'delete-service':
      return deleteService(table, command.service);
    case 'clear':
      return [];
    case 'add-server':
    case 'edit-server': {
      const { kind, service, server } = command;
      // IPVS's messages between directors have room for one family a connection.
      if (isOfOtherFamily(service, server) && circumstances.readSyncDaemons().length > 0) {
        throw mixedFamiliesWhileSyncing(server);
      }
      return (kind === 'add-server' ? addServer : editServer)(table, service, server);
    }
    case 'delete-server':
      return deleteServer(table, command.service, command.server);
  }
}

/** All of them in order; one that is refused changes nothing, and the next are made all the same. */
export function applyChanges(
  table: ServiceTable,
  changes: readonly LineChange[],
  circumstances: Circumstances,
): ChangesOutcome {
  const refusals: { line: number; error: DirectorError }[] = [];
  let changed = table;
  for (const { line, command } of changes) {
    try {
      changed = applyChange(changed, command, circumstances);
    } catch (error) {
      if (!(error instanceof DirectorError)) throw error;
      refusals.push({ line, error });
    }
  }
  return { table: changed, refusals };
}

/** A persistence engine of a service that is not persistent would do nothing, and is not kept. */
function resolveOptions(requested: RequestedOptions, { schedulers }: Circumstances): ServiceOptions {
  const { scheduler, schedulerFlags, onePacket, persistence, persistenceEngine } = requested;
  const engine = persistenceEngine === undefined ? {} : { engine: requirePersistenceEngine(persistenceEngine) };
  return {
    scheduler: requireScheduler(scheduler, schedulers),
    schedulerFlags,
    persistence: persistence === undefined ? undefined : { ...persistence, ...engine },
    onePacket,
  };
}
