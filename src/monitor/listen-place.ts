// Where metrics are served: `127.0.0.1:9750`, `[::1]:9750`, `unix:/run/lvskit/metrics.sock`.

import { parseIpv4, parseIpv6 } from '../model/mod.ts';
import { listenPlaceInvalid } from './errors.ts';

/** As node:net takes it. */
export type ListenPlace = { readonly host: string; readonly port: number } | { readonly path: string };

const UNIX_PREFIX = 'unix:';
/** sockaddr_un.sun_path has 108 bytes, one of them for the terminating 0. */
const MAX_PATH_BYTES = 107;
const MAX_PORT = 65535;

/** Port 0 lets the kernel choose. Throws METRICS_LISTEN_INVALID. */
export function parseListenPlace(text: string): ListenPlace {
  if (text.startsWith(UNIX_PREFIX)) {
    const path = text.slice(UNIX_PREFIX.length);
    if (!path.startsWith('/') || Buffer.byteLength(path) > MAX_PATH_BYTES) throw listenPlaceInvalid(text);
    return { path };
  }
  const [, ipv6 = '', ipv4 = '', digits = ''] = /^(?:\[(.*)\]|([^:]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = parseIpv6(ipv6) ?? parseIpv4(ipv4);
  const port = Number(digits);
  if (host === undefined || port > MAX_PORT) throw listenPlaceInvalid(text);
  return { host, port };
}

/** As it was written. */
export function formatListenPlace(place: ListenPlace): string {
  if ('path' in place) return `${UNIX_PREFIX}${place.path}`;
  return place.host.includes(':') ? `[${place.host}]:${place.port}` : `${place.host}:${place.port}`;
}
