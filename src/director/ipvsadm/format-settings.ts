// What `ipvsadm -L --timeout` and `ipvsadm -L --daemon` print, to the letter as ipvsadm 1.31.

import type { SyncDaemon, Timeouts } from '../data-plane.ts';

export function formatTimeouts({ tcpS, tcpFinS, udpS }: Timeouts): string {
  return `Timeout (tcp tcpfin udp): ${tcpS} ${tcpFinS} ${udpS}\n`;
}

/** Nothing when none runs. */
export function formatSyncDaemons(daemons: readonly SyncDaemon[]): string {
  return daemons.map(formatSyncDaemon).join('');
}

function formatSyncDaemon({ role, interface: device, syncId, maxLengthBytes, group, port, ttl }: SyncDaemon): string {
  const settings = `mcast=${device}, syncid=${syncId}, maxlen=${maxLengthBytes}, group=${group}, port=${port}, ttl=${ttl}`;
  return `${role} sync daemon (${settings})\n`;
}
