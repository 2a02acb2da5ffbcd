// The listing of connections (`ipvsadm -Lc`), to the letter as ipvsadm 1.31 prints it.

import type { Connection, ConnectionState } from '../data-plane.ts';
import type { Labeller } from './labels.ts';

const TITLE = 'IPVS connection entries\n';
const HEADER = 'pro expire state       source             virtual            destination';
/** Columns for data of persistence engines. Connections without such data end before them. */
const PERSISTENCE_HEADER = '        pe name          pe_data';

/** States whose name the kernel shortens. */
const SHORT_STATES: Readonly<Partial<Record<ConnectionState, string>>> = {
  COOKIE_SENT: 'C-SENT',
  COOKIE_REPLIED: 'C-REPLIED',
  COOKIE_WAIT: 'C-WAIT',
  COOKIE_ECHOED: 'C-ECHOED',
  SHUTDOWN_SENT: 'S-SENT',
  SHUTDOWN_RECEIVED: 'S-RECEIVED',
  SHUTDOWN_ACK_SENT: 'S-ACK-SENT',
};

export function formatConnections(
  connections: readonly Connection[],
  label: Labeller,
  persistenceColumns: boolean,
): string {
  const lines = connections.map((connection) => formatConnection(connection, label, persistenceColumns));
  return `${TITLE}${HEADER}${persistenceColumns ? PERSISTENCE_HEADER : ''}\n${lines.join('')}`;
}

function formatConnection(connection: Connection, label: Labeller, persistenceColumns: boolean): string {
  const { protocol, expiresMs, state, client, virtual, server, persistenceData } = connection;
  const columns = [
    protocol.toUpperCase().padEnd(3),
    formatExpiry(expiresMs).padEnd(6),
    (SHORT_STATES[state] ?? state).padEnd(11),
    ...[client, virtual].map((endpoint) => label(endpoint, protocol).padEnd(18)),
  ];
  const destination = label(server, protocol);
  const end =
    persistenceColumns && persistenceData !== undefined
      ? [destination.padEnd(16), persistenceData.engine.padEnd(18), persistenceData.data]
      : [destination];
  return `${[...columns, ...end].join(' ')}\n`;
}

/** Minutes and whole seconds: 899 999 ms is 14:59. */
function formatExpiry(expiresMs: number): string {
  const seconds = Math.floor(expiresMs / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
