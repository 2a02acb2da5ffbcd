// The virtual services that the tests put in, and the endpoints that they talk about.

import type { ServerEntry, ServiceEntry } from '../../src/director/mod.ts';
import type { ForwardingMethod, Ipv4, SchedulerName, TransportProtocol } from '../../src/model/mod.ts';

export const VIP = '10.9.1.110:80';
export const CLIENT = '198.51.100.7:40000';
/** On the servers' link of test/bpf/director.ts. */
export const [SERVER, SERVER2, SERVER3] = ['10.9.2.11:80', '10.9.2.12:80', '10.9.2.13:80'] as const;

function endpoint(text: string): { address: Ipv4; port: number } {
  const [address, port] = text.split(':');
  return { address: address as Ipv4, port: Number(port) };
}

/** A server written `address:port`; of weight 1 unless told otherwise. */
export function server(at: string, method: ForwardingMethod, weight = 1): ServerEntry {
  return { ...endpoint(at), method, weight, upperThreshold: 0, lowerThreshold: 0 };
}

export interface ServiceSettings {
  /** `address:port`, {@link VIP} if not given. */
  readonly at?: string;
  readonly protocol?: TransportProtocol;
  readonly scheduler?: SchedulerName;
}

/** A service with its servers in IPVS's order; rr of TCP unless told otherwise. */
export function service(servers: readonly ServerEntry[], settings: ServiceSettings = {}): ServiceEntry {
  return {
    ...endpoint(settings.at ?? VIP),
    protocol: settings.protocol ?? 'tcp',
    scheduler: settings.scheduler ?? 'rr',
    servers,
  };
}
