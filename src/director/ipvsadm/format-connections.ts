// The listing of connections (`ipvsadm -Lc`), to the letter as ipvsadm 1.31 prints it.

import type { Connection } from '../data-plane.ts';
import type { Labeller } from './labels.ts';

const TITLE = 'IPVS connection entries\n';
const HEADER = 'pro expire state       source             virtual            destination';
/** Columns for data of persistence engines. Connections without such data end before them. */
const PERSISTENCE_HEADER = '        pe name          pe_data';

export function formatConnections(
  connections: readonly Connection[],
  label: Labeller,
  persistenceColumns: boolean,
): string {
  const lines = connections.map((connection) => formatConnection(connection, label));
  return `${TITLE}${HEADER}${persistenceColumns ? PERSISTENCE_HEADER : ''}\n${lines.join('')}`;
}

function formatConnection(
  { protocol, expiresMs, state, client, virtual, server }: Connection,
  label: Labeller,
): string {
  const [source, destination] = [client, virtual].map((endpoint) => label(endpoint, protocol).padEnd(18));
  const start = `${protocol.toUpperCase()} ${formatExpiry(expiresMs).padEnd(6)} ${state.padEnd(11)}`;
  return `${start} ${source} ${destination} ${label(server, protocol)}\n`;
}

/** Minutes and whole seconds: 899 999 ms is 14:59. */
function formatExpiry(expiresMs: number): string {
  const seconds = Math.floor(expiresMs / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
