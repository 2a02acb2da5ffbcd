// Netpipe run after run through a system, each with a listener and a connection of its own: whether the port can be bound
// again at once, and whether every connection ends. The paper saw neither with transparent proxy.

import { readFileSync } from 'node:fs';
import type { NetpipeEnd } from '../agent/mod.ts';
import { findMachine, namespacePath } from '../lab/mod.ts';
import { LvskitError } from '../model/mod.ts';
import { inNetworkNamespace } from '../system/mod.ts';
import { NETPIPE_PORT } from './service-ports.ts';
import type { Testbed } from './testbed.ts';

export interface ReopenedRun {
  /** Which end closed first, and has to wait in TIME_WAIT; in turns. */
  readonly closedFirst: NetpipeEnd;
  /** Why the run ended early; undefined when it came to its end. */
  readonly abort: string | undefined;
  /** States of connections that did not end within a second: `FIN_WAIT2`. */
  readonly lingering: readonly string[];
}

/** Of /proc/net/tcp: states between the first FIN and the end; TIME_WAIT, where all has ended, is none of them. */
const CLOSING_STATES: Readonly<Record<string, string>> = {
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0B': 'CLOSING',
};
const END_TIMEOUT_MS = 1000;
const POLL_MS = 10;
const EXCHANGES = 20;

/** The testbed must not have its netpipe port in use. Each run exchanges some blocks of each size. */
export async function reopenNetpipe(
  testbed: Testbed,
  runs: number,
  sizesBytes: readonly number[],
): Promise<readonly ReopenedRun[]> {
  const ended: ReopenedRun[] = [];
  for (let run = 0; run < runs; run++) {
    const closedFirst = run % 2 === 0 ? 'transmitter' : 'receiver';
    const abort = await abortOf(runOnce(testbed, sizesBytes, closedFirst));
    ended.push({ closedFirst, abort, lingering: await lingeringStates(testbed) });
  }
  return ended;
}

async function runOnce(testbed: Testbed, sizesBytes: readonly number[], closedFirst: NetpipeEnd): Promise<void> {
  const listener = await testbed.listenNetpipe();
  try {
    const pair = await testbed.connectOn(listener);
    try {
      for (const sizeBytes of sizesBytes) await pair.visit({ sizeBytes, mode: 'twoway', exchanges: EXCHANGES });
    } finally {
      await pair.close(closedFirst);
    }
  } finally {
    await listener.close();
  }
}

/** What a failure says; whatever is none of lvskit's errors is a defect and not a result. */
async function abortOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof LvskitError) return error.message;
    throw error;
  }
}

async function lingeringStates({ lab, plan }: Testbed): Promise<readonly string[]> {
  const paths = ['client', plan.answeredBy[0] ?? ''].map((name) =>
    namespacePath(findMachine(lab.plan, name).namespace),
  );
  const deadlineMs = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    const states = paths.flatMap((path) => inNetworkNamespace(path, readClosingStates));
    if (states.length === 0 || performance.now() > deadlineMs) return states;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Of netpipe's connections in the namespace that we are in: `sl local_address rem_address st …`. */
function readClosingStates(): readonly string[] {
  const rows = readFileSync('/proc/thread-self/net/tcp', 'utf8').split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, local = '', remote = '', state = ''] = row.trim().split(/\s+/);
    const isNetpipe = [local, remote].some((end) => Number.parseInt(end.split(':')[1] ?? '', 16) === NETPIPE_PORT);
    const name = CLOSING_STATES[state];
    return isNetpipe && name !== undefined ? [name] : [];
  });
}
