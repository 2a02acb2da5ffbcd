// The paper's check that an LVS works: connections one after the other, each answered with the name of its host. Which
// name follows which shows how the director schedules, and each one's time is that from its connection to the end of
// the line.

import type { TimeSummary } from '../../../model/mod.ts';
import { LvskitError } from '../../../model/mod.ts';
import { type ConnectOptions, SocketError } from '../../../system/mod.ts';
import { causeOfErrno } from '../../causes.ts';
import { TransferError } from '../../errors.ts';
import { TimeHistogram } from '../../histogram.ts';
import { askLine } from './ask.ts';

export type LineAnswer = { readonly name: string; readonly timeNs: number } | { readonly failure: string };

export interface LineCheck {
  /** In the order of the connections. */
  readonly answers: readonly LineAnswer[];
  /** How many connections each host answered, in the order in which they first did. */
  readonly servers: Readonly<Record<string, number>>;
  /** Of all that were answered. */
  readonly timeNs: TimeSummary;
  readonly failures: Readonly<Record<string, number>>;
  /** The first connection, from 0, that was not answered by the host whose turn it was; undefined under strict rr. */
  readonly outOfTurn?: number;
}

/** Failed connections are part of the result. Throws TRANSFER_FAILED when nobody answers. */
export async function checkLines(options: ConnectOptions, count: number): Promise<LineCheck> {
  const answers: LineAnswer[] = [];
  while (answers.length < count) answers.push(await ask(options));
  const names = answers.map((answer) => ('name' in answer ? answer.name : undefined));
  const failures = countEach(answers.map((answer) => ('failure' in answer ? answer.failure : undefined)));
  if (names.every((name) => name === undefined)) {
    throw new TransferError(`telnet://${options.address}:${options.port}`, Object.keys(failures).join(', '));
  }
  const times = new TimeHistogram();
  for (const answer of answers) if ('name' in answer) times.record(answer.timeNs);
  const outOfTurn = findOutOfTurn(names);
  return {
    answers,
    servers: countEach(names),
    timeNs: times.summarize(),
    failures,
    ...(outOfTurn === undefined ? {} : { outOfTurn }),
  };
}

async function ask(options: ConnectOptions): Promise<LineAnswer> {
  const beganMs = performance.now();
  try {
    const name = await askLine(options);
    return { name, timeNs: (performance.now() - beganMs) * 1e6 };
  } catch (error) {
    if (error instanceof SocketError) return { failure: causeOfErrno(error.errno) };
    if (error instanceof LvskitError && error.code === 'LINE_MISSING') return { failure: 'closed without a line' };
    throw error;
  }
}

/**
 * The first place at which names stop to come round, each once before any comes again; undefined where they never do. A
 * connection without an answer is out of turn: nobody knows whose it was.
 */
export function findOutOfTurn(names: readonly (string | undefined)[]): number | undefined {
  const round = new Set(names).size;
  const first = names.slice(0, round);
  const at = names.findIndex(
    (name, index) => name === undefined || name !== first[index % round] || first.indexOf(name) !== index % round,
  );
  return at < 0 ? undefined : at;
}

function countEach(values: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts);
}
