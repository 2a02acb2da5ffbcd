// The commands that only read and print: listings of services, connections, timeouts and daemons, and -S.

import type { IpAddress } from '../../model/mod.ts';
import { type DataPlane, isMarkKey, type ServiceKey, type ServiceStatus } from '../data-plane.ts';
import { noSuchService } from '../errors.ts';
import { isSameService } from '../table.ts';
import type { ListCommand, ReadingCommand } from './commands.ts';
import { formatConnections } from './format-connections.ts';
import { formatConnectionsJson, formatJson, formatListingJson } from './format-json.ts';
import { formatListing, formatTableHeader } from './format-listing.ts';
import { formatRules } from './format-rules.ts';
import { formatSyncDaemons, formatTimeouts } from './format-settings.ts';
import { createNameLabeller, type Labeller, numericLabel } from './labels.ts';
import type { NameService } from './names.ts';
import { sortConnections, sortStatus } from './order.ts';

/** What the command prints. Raises DIRECTOR_NO_SUCH_SERVICE. */
export async function list(command: ReadingCommand, dataPlane: DataPlane, names: NameService): Promise<string> {
  switch (command.kind) {
    case 'list':
      return listServices(command, dataPlane, names);
    case 'list-connections': {
      const connections = sortConnections(dataPlane.readConnections());
      if (command.json) return formatConnectionsJson(connections);
      const addresses = connections.flatMap(({ client, virtual, server }) => [client, virtual, server]);
      const label = await createLabeller(command.numeric, addresses, names);
      return formatConnections(connections, label, command.persistenceColumns);
    }
    case 'list-timeouts': {
      const timeouts = dataPlane.readTimeouts();
      return command.json ? formatJson({ timeouts }) : formatTimeouts(timeouts);
    }
    case 'list-daemons': {
      const syncDaemons = dataPlane.readSyncDaemons();
      return command.json ? formatJson({ syncDaemons }) : formatSyncDaemons(syncDaemons);
    }
    case 'save': {
      const services = sortStatus(dataPlane.readStatus({ counters: false }));
      const label = await createLabeller(command.numeric, endpointsOf(services), names);
      return formatRules(services, { label, thresholds: command.thresholds });
    }
  }
}

export function requireStatus(status: readonly ServiceStatus[], key: ServiceKey): ServiceStatus {
  const found = status.find(({ entry }) => isSameService(entry, key));
  if (found === undefined) throw noSuchService(key);
  return found;
}

/** One service is listed without the line about the whole table. */
async function listServices(command: ListCommand, dataPlane: DataPlane, names: NameService): Promise<string> {
  const { service, view, numeric, exact, sorted, json } = command;
  const status = dataPlane.readStatus({ service, counters: json || view === 'stats' || view === 'rate' });
  const wanted = service === undefined ? status : [requireStatus(status, service)];
  const services = sorted ? sortStatus(wanted) : wanted;
  const { connectionTableSize } = dataPlane;
  if (json) {
    const settings = { timeouts: dataPlane.readTimeouts(), syncDaemons: dataPlane.readSyncDaemons() };
    return formatListingJson({ connectionTableSize, ...settings, services });
  }
  const label = await createLabeller(numeric, endpointsOf(services), names);
  const header = service === undefined ? formatTableHeader(connectionTableSize) : '';
  return header + formatListing(services, { view, exact, label });
}

interface Addressed {
  readonly address: IpAddress;
}

function endpointsOf(services: readonly ServiceStatus[]): Addressed[] {
  return services.flatMap(({ entry }) => [...(isMarkKey(entry) ? [] : [entry]), ...entry.servers]);
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
