// Signals in a process that blocks in system calls.

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Gives SIGINT and SIGTERM back their default action, which is to end the process at once. Handlers in JavaScript run
 * between turns of the event loop, so never while its thread blocks; only for work that leaves nothing to put away.
 */
export function endAtOnceOnSignals(): void {
  for (const signal of ENDING_SIGNALS) process.removeAllListeners(signal);
}
