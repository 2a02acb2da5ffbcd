// Which configured server a connection of another director leads to: IPVS looks for its service as for that of a
// packet, then for the server in it (ip_vs_find_dest, net/netfilter/ipvs/ip_vs_ctl.c, v6.1).

import { type Endpoint, isMarkKey, type ServiceKey } from '../director/mod.ts';
import { familyOf } from '../model/mod.ts';
import { nameOf, PROTOCOLS } from './codes.ts';
import type { ServerPlace, SharedConnection } from './shared-connection.ts';
import { formatServiceKey, type InstalledService } from './tables.ts';

const FTP_PORT = 21;
const FTP_DATA_PORT = 20;
/** The first port that any user may bind. */
const FIRST_USER_PORT = 1024;

interface KnownService {
  readonly id: number;
  /** `ADDRESS PORT` → index; and under the address alone that of the first server there. */
  readonly servers: ReadonlyMap<string, number>;
}

/** The configuration at one moment. */
export class ConfiguredServers {
  readonly #services = new Map<string, KnownService>();
  readonly #marks = new Map<number, number>();

  constructor(installed: readonly InstalledService[]) {
    for (const { entry, raw, serverIds } of installed) {
      const servers = new Map<string, number>();
      for (const [position, { address, port }] of entry.servers.entries()) {
        const index = serverIds[position] ?? 0;
        servers.set(`${address} ${port}`, index);
        if (!servers.has(address)) servers.set(address, index);
      }
      this.#services.set(formatServiceKey(entry), { id: raw.id, servers });
      if (isMarkKey(entry)) this.#marks.set(raw.id, entry.mark);
    }
  }

  /** The firewall mark of the service with this id; 0 for none. */
  markOf(service: number): number {
    return this.#marks.get(service) ?? 0;
  }

  /** Undefined where the service, or the server in it, is not configured. */
  find(connection: SharedConnection): ServerPlace | undefined {
    const service = this.#findService(connection);
    const server = service && findServer(service, connection);
    return server === undefined ? undefined : { server, service: service?.id ?? 0 };
  }

  #findService({ protocol: number, mark, client, virtual }: SharedConnection): KnownService | undefined {
    const protocol = nameOf(PROTOCOLS, number);
    const marked = mark === 0 ? undefined : this.#service({ mark, family: familyOf(client.address) });
    if (marked !== undefined || protocol === 'ip') return marked;
    const at = (port: number) => this.#service({ protocol, address: virtual.address, port });
    const mayBeFtpData = virtual.port === FTP_DATA_PORT || virtual.port >= FIRST_USER_PORT;
    return at(virtual.port) ?? (protocol === 'tcp' && mayBeFtpData ? at(FTP_PORT) : undefined) ?? at(0);
  }

  #service(key: ServiceKey): KnownService | undefined {
    return this.#services.get(formatServiceKey(key));
  }
}

/** By its port; by port zero, for which a server takes what comes; a template without a port by its address. */
function findServer({ servers }: KnownService, { server, isTemplate }: SharedConnection): number | undefined {
  const at = ({ address, port }: Endpoint) => servers.get(`${address} ${port}`);
  const byAddress = isTemplate && server.port === 0 ? servers.get(server.address) : undefined;
  return at(server) ?? at({ ...server, port: 0 }) ?? byAddress;
}
