// How services and servers are called in tables.

import { type Endpoint, isMarkKey, type ServiceKey } from '../director/mod.ts';
import { type ForwardingMethod, isIpv6 } from '../model/mod.ts';

/** As `ipvsadm -L` calls them. */
export const METHOD_NAMES: Readonly<Record<ForwardingMethod, string>> = { nat: 'Masq', dr: 'Route', tun: 'Tunnel' };

/** `TCP 10.0.0.1:80`, `FWM 1`, `FWM 1 IPv6` */
export function nameOfService(key: ServiceKey): string {
  if (!isMarkKey(key)) return `${key.protocol.toUpperCase()} ${nameOfEndpoint(key)}`;
  return `FWM ${key.mark}${key.family === 'inet6' ? ' IPv6' : ''}`;
}

/** `10.0.0.1:80`, `[2001:db8::1]:80` */
export function nameOfEndpoint({ address, port }: Endpoint): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
