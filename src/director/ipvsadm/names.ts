// Names of hosts and ports, for commands and for listings without -n. The grammar and the listings know only the
// interface; createSystemNames() asks this machine's resolver and /etc/services.

import { lookup, lookupService } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { type IpAddress, type Ipv4, parseIpv4, type TransportProtocol } from '../../model/mod.ts';

export interface NameService {
  /** The first IPv4 address of the host; undefined when it has none or is not known. */
  resolveHost(name: string): Promise<Ipv4 | undefined>;
  resolvePort(name: string, protocol: TransportProtocol): number | undefined;
  hostName(address: IpAddress): Promise<string | undefined>;
  portName(port: number, protocol: TransportProtocol): string | undefined;
}

/** The content of services(5), both ways: `http/tcp` → 80 and `80/tcp` → http. The first of two lines wins. */
export interface PortNames {
  readonly ports: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
}

export function parsePortNames(text: string): PortNames {
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', place = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [, digits, protocol] = /^([0-9]{1,5})\/([a-z]+)$/.exec(place) ?? [];
    if (digits === undefined) continue;
    const port = Number(digits);
    if (!names.has(`${port}/${protocol}`)) names.set(`${port}/${protocol}`, name);
    for (const each of [name, ...aliases]) {
      if (!ports.has(`${each}/${protocol}`)) ports.set(`${each}/${protocol}`, port);
    }
  }
  return { ports, names };
}

/** What cannot be looked up, for whatever reason, has no name: listings then show the number. */
export function createSystemNames(): NameService {
  let cached: PortNames | undefined;
  const portNames = (): PortNames => {
    cached ??= parsePortNames(readServicesFile());
    return cached;
  };
  return {
    async resolveHost(name) {
      try {
        return parseIpv4((await lookup(name, { family: 4 })).address);
      } catch {
        return undefined;
      }
    },
    resolvePort: (name, protocol) => portNames().ports.get(`${name}/${protocol}`),
    async hostName(address) {
      try {
        return (await lookupService(address, 0)).hostname;
      } catch {
        return undefined;
      }
    },
    portName: (port, protocol) => portNames().names.get(`${port}/${protocol}`),
  };
}

function readServicesFile(): string {
  try {
    return readFileSync('/etc/services', 'utf8');
  } catch {
    return '';
  }
}
