// The backup: hears of another director's connections and takes them in, so that they go on here when that one is gone.

import type { ConnectionExchange } from '../dataplane/mod.ts';
import type { SyncDaemon } from '../director/mod.ts';
import { openReceiver } from './group-socket.ts';
import type { Reports } from './master.ts';
import { parseMessage } from './parse-message.ts';
import { connectionOf } from './translate.ts';

/** How often it looks whether the director is still there. */
const LOOK_MS = 1000;

/** Takes in what a message tells. Returns what was wrong with it; undefined for nothing, and for one to others. */
export function takeIn(
  message: Uint8Array,
  { syncId, maxLengthBytes }: Pick<SyncDaemon, 'syncId' | 'maxLengthBytes'>,
  adopt: ConnectionExchange['adopt'],
): string | undefined {
  // The kernel's buffer is no longer.
  if (message.length > maxLengthBytes) return `a message has ${message.length} bytes, more than --sync-maxlen`;
  const parsed = parseMessage(message);
  if (parsed === undefined) return 'a datagram is no message';
  if (syncId !== 0 && parsed.syncId !== syncId) return undefined;
  const adoptions = adopt(parsed.entries.flatMap((entry) => connectionOf(entry) ?? []));
  if (parsed.fault !== undefined) return `the rest of a message was dropped: ${parsed.fault}`;
  return adoptions.includes('no room') ? 'a connection was not taken in: the table is full' : undefined;
}

/** Runs until the signal, or the end of the director. */
export async function runBackup(
  daemon: SyncDaemon,
  exchange: ConnectionExchange,
  reports: Reports,
  signal: AbortSignal,
): Promise<void> {
  const socket = await openReceiver(daemon);
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('message', (message) => {
      try {
        const fault = takeIn(message, daemon, (connections) => exchange.adopt(connections));
        if (fault !== undefined) reports.fault(fault);
      } catch (error) {
        reject(error);
      }
    });
    const look = setInterval(() => {
      if (!exchange.isLive) end();
    }, LOOK_MS);
    const end = () => {
      clearInterval(look);
      resolve();
    };
    signal.addEventListener('abort', end);
    reports.ready();
  }).finally(() => socket.close());
}
