// The master: tells the group of this director's connections, every second of those that are new, have changed, or go on.
// With a very large table less often, so that it takes a tenth of a CPU at most.

import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionExchange } from '../dataplane/mod.ts';
import type { SyncDaemon } from '../director/mod.ts';
import { formatMessages } from './format-messages.ts';
import { openSender } from './group-socket.ts';
import { entryOf } from './translate.ts';

/** Between passes over the table. IPVS waits up to two seconds for a message to be full. */
const PASS_MS = 1000;
/** A pass over a large table takes its time; this many times as long is waited. */
const REST = 9;

/** So many messages at once fit the receive buffer of a socket that nobody has made larger. */
const BURST_MESSAGES = 32;
const BURST_PAUSE_MS = 5;

export interface Reports {
  /** When it is at work. */
  ready(): void;
  /** What went wrong, and is got over. */
  fault(text: string): void;
}

/** Runs until the signal, or the end of the director. */
export async function runMaster(
  daemon: SyncDaemon,
  exchange: ConnectionExchange,
  reports: Reports,
  signal: AbortSignal,
): Promise<void> {
  const socket = await openSender(daemon);
  let burst = 0;
  const send = async (message: Uint8Array) => {
    await new Promise<void>((resolve) => {
      socket.send(message, daemon.port, daemon.group, (error) => {
        if (error !== null) reports.fault(`a message was not sent: ${error.message}`);
        resolve();
      });
    });
    burst = (burst + 1) % BURST_MESSAGES;
    if (burst === 0) await sleep(BURST_PAUSE_MS);
  };
  reports.ready();
  while (!signal.aborted && exchange.isLive) {
    const startMs = performance.now();
    const connections = exchange.collect();
    const passMs = performance.now() - startMs;
    const entries = connections.flatMap((connection) => entryOf(connection) ?? []);
    for (const message of formatMessages(entries, daemon)) await send(message);
    if (!ConnectionExchange.isFull(connections)) await pause(Math.max(PASS_MS, REST * passMs), signal);
  }
  socket.close();
}

/** The signal ends it early. */
async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch(() => {});
}
