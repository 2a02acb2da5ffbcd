// The ipvsadm options that name a service, for saved tables and for plans.

import { type ForwardingMethod, isIpv6, type TransportProtocol } from '../../model/mod.ts';
import { type Endpoint, isMarkKey, type ServiceKey } from '../data-plane.ts';

export const METHOD_OPTIONS: Readonly<Record<ForwardingMethod, string>> = { nat: '-m', dr: '-g', tun: '-i' };

const PROTOCOL_OPTIONS: Readonly<Record<TransportProtocol, string>> = {
  tcp: '-t',
  udp: '-u',
  sctp: '--sctp-service',
};

/** `-t 10.1.0.100:80`, `-f 1 -6`; `label` writes the address. */
export function formatServiceOptions(service: ServiceKey, label: (endpoint: Endpoint) => string): readonly string[] {
  if (!isMarkKey(service)) return [PROTOCOL_OPTIONS[service.protocol], label(service)];
  return ['-f', String(service.mark), ...(service.family === 'inet6' ? ['-6'] : [])];
}

export function formatEndpoint({ address, port }: Endpoint): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
