// A synchronisation daemon, of either role, in the process that runs it.

import { openConnectionExchange, recordSyncDaemon } from '../dataplane/mod.ts';
import type { SyncDaemon } from '../director/mod.ts';
import { runBackup } from './backup.ts';
import { directorAbsent } from './errors.ts';
import { runMaster } from './master.ts';

/** The same fault is told once in this time: on a bad network there are thousands. */
const REPEAT_MS = 60_000;

/**
 * Runs until the signal, or the end of the director; from when it is ready, `ipvsadm -L --daemon` lists it. Throws
 * SYNC_NO_DIRECTOR, SYNC_NO_ADDRESS, DIRECTOR_SYNC_DAEMON_RUNS and what sockets raise.
 */
export async function runSyncDaemon(
  daemon: SyncDaemon,
  onFault: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const exchange = openConnectionExchange();
  if (exchange === undefined) throw directorAbsent();
  const toldMs = new Map<string, number>();
  const fault = (text: string) => {
    const nowMs = performance.now();
    if (nowMs - (toldMs.get(text) ?? -REPEAT_MS) < REPEAT_MS) return;
    toldMs.set(text, nowMs);
    onFault(text);
  };
  const reports = { ready: () => recordSyncDaemon(daemon), fault };
  try {
    await (daemon.role === 'master' ? runMaster : runBackup)(daemon, exchange, reports, signal);
  } finally {
    exchange.close();
  }
}
