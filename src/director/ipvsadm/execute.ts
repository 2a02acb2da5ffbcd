// Carries out one ipvsadm command, except -R, which is many.

import type { Ipv4 } from '../../model/mod.ts';
import type { DataPlane, ServiceKey, ServiceStatus } from '../data-plane.ts';
import { DirectorError, noSuchService } from '../errors.ts';
import { isSameService } from '../table.ts';
import { applyChange } from './apply-changes.ts';
import type { IpvsadmCommand, ListCommand } from './commands.ts';
import { formatConnections } from './format-connections.ts';
import { formatListing, formatTableHeader } from './format-listing.ts';
import { formatRules } from './format-rules.ts';
import { formatVersion, IPVSADM_HELP } from './help.ts';
import { createNameLabeller, type Labeller, numericLabel } from './labels.ts';
import type { NameService } from './names.ts';
import { sortConnections, sortStatus } from './order.ts';
import type { IpvsadmSession } from './session.ts';

export type SingleCommand = Exclude<IpvsadmCommand, { kind: 'restore' }>;

/** The real one's exit status; what the table does not admit is reported. */
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
  switch (command.kind) {
    case 'help':
      return session.write(IPVSADM_HELP);
    case 'version':
      return session.write(formatVersion(session.version));
    case 'list':
      return session.write(await list(command, await session.openDataPlane(), session.names));
    case 'list-connections': {
      const connections = sortConnections((await session.openDataPlane()).readConnections());
      const addresses = connections.flatMap(({ client, virtual, server }) => [client, virtual, server]);
      const label = await createLabeller(command.numeric, addresses, session.names);
      return session.write(formatConnections(connections, label, command.persistenceColumns));
    }
    case 'save': {
      const services = sortStatus((await session.openDataPlane()).readStatus());
      const label = await createLabeller(command.numeric, endpointsOf(services), session.names);
      return session.write(formatRules(services, label));
    }
    case 'zero':
      return zero(await session.openDataPlane(), command.service);
    default: {
      const dataPlane = await session.openDataPlane();
      return dataPlane.update((table) => applyChange(table, command, dataPlane.schedulers));
    }
  }
}

/** One service is listed without the line about the whole table. */
async function list(command: ListCommand, dataPlane: DataPlane, names: NameService): Promise<string> {
  const { service, view, numeric, exact, sorted } = command;
  const status = dataPlane.readStatus();
  const wanted = service === undefined ? status : [requireStatus(status, service)];
  const label = await createLabeller(numeric, endpointsOf(wanted), names);
  const header = service === undefined ? formatTableHeader(dataPlane.connectionTableSize) : '';
  return header + formatListing(sorted ? sortStatus(wanted) : wanted, { view, exact, label });
}

function zero(dataPlane: DataPlane, service: ServiceKey | undefined): void {
  if (service !== undefined) requireStatus(dataPlane.readStatus(), service);
  dataPlane.zeroCounters(service);
}

function requireStatus(status: readonly ServiceStatus[], key: ServiceKey): ServiceStatus {
  const found = status.find(({ entry }) => isSameService(entry, key));
  if (found === undefined) throw noSuchService(key);
  return found;
}

interface Addressed {
  readonly address: Ipv4;
}

function endpointsOf(services: readonly ServiceStatus[]): Addressed[] {
  return services.flatMap(({ entry }) => [entry, ...entry.servers]);
}

async function createLabeller(
  numeric: boolean,
  endpoints: readonly Addressed[],
  names: NameService,
): Promise<Labeller> {
  if (numeric) return numericLabel;
  return createNameLabeller(
    endpoints.map(({ address }) => address),
    names,
  );
}
