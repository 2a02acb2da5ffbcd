// The virtual services that the tests put in, and the endpoints that they talk about.

import type { ServerEntry, ServiceEntry } from '../../src/director/mod.ts';
import type { ForwardingMethod, IpAddress, SchedulerName, TransportProtocol } from '../../src/model/mod.ts';

export const VIP = '10.9.1.110:80';
export const CLIENT = '198.51.100.7:40000';
/** On the servers' link of test/bpf/director.ts. */
export const [SERVER, SERVER2, SERVER3] = ['10.9.2.11:80', '10.9.2.12:80', '10.9.2.13:80'] as const;

/** The same over IPv6. */
export const VIP6 = '[fd00:9:1::110]:80';
export const CLIENT6 = '[2001:db8:7::7]:40000';
export const [SERVER6, OTHER_SERVER6] = ['[fd00:9:2::11]:80', '[fd00:9:2::12]:80'] as const;

/** `address:port`, IPv6 addresses in brackets. */
function endpoint(text: string): { address: IpAddress; port: number } {
  const colon = text.lastIndexOf(':');
  const address = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { address: address as IpAddress, port: Number(text.slice(colon + 1)) };
}

/** A server written `address:port`; of weight 1 unless told otherwise. */
export function server(at: string, method: ForwardingMethod, weight = 1): ServerEntry {
  return { ...endpoint(at), method, weight, upperThreshold: 0, lowerThreshold: 0 };
}

export interface ServiceSettings extends Partial<Pick<ServiceEntry, 'persistence' | 'onePacket' | 'schedulerFlags'>> {
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
    schedulerFlags: settings.schedulerFlags ?? [],
    persistence: settings.persistence,
    onePacket: settings.onePacket ?? false,
    servers,
  };
}
