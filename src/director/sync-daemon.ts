// Settings of the daemons that synchronise connections between directors, as IPVS settles them. The daemons
// themselves are the data plane's.

import { isIpv6 } from '../model/mod.ts';
import type { SyncDaemon, SyncDaemonSettings } from './data-plane.ts';
import { syncDaemonRuns } from './errors.ts';

const ETHERNET_MTU = 1500;
const IP_LENGTH_MAX = 65535;
/** A backup must take what other directors send, so it is not allowed less (ip_vs_sync.c, Linux 6.1). */
const LENGTH_MIN_BYTES = { master: 1, backup: 1024 } as const;

/**
 * The daemon that these settings ask for on an interface of this MTU. Without a length a master's messages fit
 * Ethernet; a backup takes what fits its interface. Raises DIRECTOR_SYNC_DAEMON_RUNS.
 */
export function resolveSyncDaemon(
  settings: SyncDaemonSettings,
  running: readonly SyncDaemon[],
  interfaceMtu: number,
): SyncDaemon {
  const { role, group, maxLengthBytes } = settings;
  if (running.some((daemon) => daemon.role === role)) throw syncDaemonRuns(role);
  const headersBytes = (isIpv6(group) ? 40 : 20) + 8;
  const mtu = role === 'backup' ? Math.max(ETHERNET_MTU, interfaceMtu) : ETHERNET_MTU;
  const lengthBytes = Math.max(LENGTH_MIN_BYTES[role], maxLengthBytes ?? mtu - headersBytes);
  return { ...settings, maxLengthBytes: Math.min(lengthBytes, IP_LENGTH_MAX - headersBytes) };
}
