// Carries out one ipvsadm command, except -R, which is many.

import type { DataPlane, ServiceKey, SyncDaemonSettings } from '../data-plane.ts';
import { DirectorError, mixedFamiliesWhileSyncing } from '../errors.ts';
import { isOfOtherFamily } from '../table.ts';
import { applyChange } from './apply-changes.ts';
import { type IpvsadmCommand, isTableCommand } from './commands.ts';
import { formatVersion, IPVSADM_HELP } from './help.ts';
import { list, requireStatus } from './list.ts';
import type { IpvsadmSession } from './session.ts';

export type SingleCommand = Exclude<IpvsadmCommand, { kind: 'restore' }>;

/** The real one's exit status; what the director does not admit is reported. */
export async function executeCommand(command: SingleCommand, session: IpvsadmSession, line?: number): Promise<number> {
  try {
    await carryOut(command, session);
    return 0;
  } catch (error) {
    if (!(error instanceof DirectorError)) throw error;
    session.reportError(error, line);
    return command.kind === 'list' ? 1 : 255;
  }
}

async function carryOut(command: SingleCommand, session: IpvsadmSession): Promise<void> {
  if (command.kind === 'help') return session.write(IPVSADM_HELP);
  if (command.kind === 'version') return session.write(formatVersion(session.version));
  const dataPlane = await session.openDataPlane();
  if (isTableCommand(command)) return dataPlane.update((table) => applyChange(table, command, dataPlane));
  switch (command.kind) {
    case 'zero':
      return zero(dataPlane, command.service);
    case 'set-timeouts':
      return dataPlane.setTimeouts(command.timeouts);
    case 'start-daemon':
      return startDaemon(dataPlane, command.settings);
    case 'stop-daemon':
      return dataPlane.stopSyncDaemon(command.role);
    default:
      return session.write(await list(command, dataPlane, session.names));
  }
}

function zero(dataPlane: DataPlane, service: ServiceKey | undefined): void {
  if (service !== undefined) requireStatus(dataPlane.readStatus({ service, counters: false }), service);
  dataPlane.zeroCounters(service);
}

/** IPVS's messages between directors have room for one family a connection. */
function startDaemon(dataPlane: DataPlane, settings: SyncDaemonSettings): void {
  for (const { entry } of dataPlane.readStatus({ counters: false })) {
    const other = entry.servers.find((server) => isOfOtherFamily(entry, server));
    if (other !== undefined) throw mixedFamiliesWhileSyncing(other);
  }
  dataPlane.startSyncDaemon(settings);
}
