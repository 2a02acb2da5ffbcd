// The bytes of a request, put together once for all of them.

import type { SocketAddress } from '../../../system/mod.ts';

export interface HttpTarget extends SocketAddress {
  /** Where the path begins with a slash. */
  readonly path: string;
  /** For the field Host; else the address. */
  readonly host?: string | undefined;
}

/** @param isLast whether the connection is to be closed after the reply */
export function encodeRequest({ path, host, address, port }: HttpTarget, isLast: boolean): Uint8Array {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host ?? (port === 80 ? address : `${address}:${port}`)}`,
    'User-Agent: lvskit',
    ...(isLast ? ['Connection: close'] : []),
    '',
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
