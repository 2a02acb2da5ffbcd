// `lvskit top`: services, servers and drops of the director of this network namespace, live on a terminal, or as text
// or JSON for a file, a pipe, a script.

import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { directorAbsent } from '../director/mod.ts';
import {
  bodyLength,
  type Controls,
  formatJson,
  formatListing,
  formatScreen,
  INITIAL_CONTROLS,
  pageLength,
  pressKey,
  type Reading,
  SORT_ORDERS,
  type SortOrder,
  scrollTo,
  steadyReading,
  type View,
  viewReading,
} from '../monitor/mod.ts';
import { readDirector } from './read-director.ts';
import { untilInterrupted } from './signals.ts';
import { TopTerminal } from './top-terminal.ts';

interface TopOptions {
  readonly interval?: number;
  readonly count?: number;
  readonly once?: true;
  readonly json?: true;
  readonly sort: SortOrder;
  readonly drops?: true;
  readonly services?: true;
}

const DEFAULT_INTERVAL_S = 2;
/** Between two readings, and at least as long as the last one took: a table of millions is not read all the time. */
const MIN_PAUSE_MS = 50;
const MIN_INTERVAL_S = 0.1;
const MAX_INTERVAL_S = 3600;

const KEYS = `
Keys: q ends; s sorts by the next order; f hides or shows servers; d shows what
is dropped and why; arrows, Page Up, Page Down, Home and End scroll.

Rates are those since the reading before; in the first one the director's own
averages, as of ipvsadm --rate. A share is a service's in all, and a server's
in its service, of what is sorted by (of traffic where that is the address).`;

export function createCommand(): Command {
  return new Command('top')
    .description('Show services, servers, rates and drops of the director, live.')
    .option('--interval <seconds>', `time between two readings (default: ${DEFAULT_INTERVAL_S})`, parseInterval)
    .option('--count <readings>', 'end after so many', parseCount)
    .option('--once', 'print one reading as text and end')
    .option('--json', 'print each reading as a line of JSON')
    .addOption(new Option('--sort <order>', 'begin with this order').choices(SORT_ORDERS).default('traffic'))
    .option('--drops', 'begin with the drops')
    .option('--services', 'begin without servers')
    .addHelpText('after', KEYS)
    .action(showTop);
}

async function showTop(options: TopOptions): Promise<void> {
  const first = readDirector();
  if (first === undefined) throw directorAbsent();
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb';
  const asked = { ...INITIAL_CONTROLS, order: options.sort };
  const controls: Controls = {
    ...asked,
    table: options.drops ? 'drops' : 'services',
    folded: options.services === true,
  };
  await untilInterrupted((signal) =>
    isTerminal && !options.once && !options.json
      ? showOnTerminal(first, controls, options, signal)
      : printReadings(first, controls, options, signal),
  );
}

/** Each reading with the one before it. `show` is called with undefined while there is no director. */
async function followDirector(
  first: Reading,
  { interval = DEFAULT_INTERVAL_S, count = Number.POSITIVE_INFINITY }: TopOptions,
  signal: AbortSignal,
  show: (view: View | undefined) => void,
): Promise<void> {
  let previous: Reading | undefined;
  let reading: Reading | undefined = first;
  for (let shown = 1; ; shown++) {
    const steady: Reading | undefined = reading && steadyReading(previous, reading);
    show(steady && viewReading(previous, steady));
    previous = steady;
    if (shown >= count) return;
    const tookMs = reading?.tookMs ?? 0;
    await pause(Math.max(MIN_PAUSE_MS, tookMs, interval * 1000 - tookMs), signal);
    if (signal.aborted) return;
    reading = readDirector();
  }
}

/** Ends early, and quietly, when it is interrupted. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

/** One reading, unless --interval or --count ask for more. */
async function printReadings(
  first: Reading,
  controls: Controls,
  options: TopOptions,
  signal: AbortSignal,
): Promise<void> {
  const asksForMore = !options.once && (options.interval !== undefined || options.count !== undefined);
  const columns = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  let isFirst = true;
  await followDirector(first, asksForMore ? options : { ...options, count: 1 }, signal, (view) => {
    const text =
      view === undefined ? 'No director in this network namespace.\n' : formatListing(view, controls, columns);
    process.stdout.write(options.json ? `${formatJson(view)}\n` : `${isFirst ? '' : '\n'}${text}`);
    isFirst = false;
  });
}

async function showOnTerminal(
  first: Reading,
  initial: Controls,
  options: TopOptions,
  signal: AbortSignal,
): Promise<void> {
  let controls = initial;
  let view: View | undefined;
  const quit = new AbortController();
  const extent = () => ({ length: bodyLength(view, controls), page: pageLength(terminal.size) });
  const draw = () => {
    controls = scrollTo(controls, controls.scroll, extent());
    terminal.draw(formatScreen(view, controls, terminal.size));
  };
  const terminal = new TopTerminal(process.stdin, process.stdout, {
    onKey(name) {
      if (name === 'q') quit.abort();
      controls = pressKey(controls, name, extent());
      draw();
    },
    onRedraw: draw,
    onEnd: () => quit.abort(),
  });
  terminal.open();
  try {
    await followDirector(first, options, AbortSignal.any([signal, quit.signal]), (next) => {
      view = next;
      draw();
    });
  } finally {
    terminal.close();
  }
}

function parseInterval(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= MIN_INTERVAL_S && seconds <= MAX_INTERVAL_S)) {
    throw new InvalidArgumentError(`A number of seconds from ${MIN_INTERVAL_S} to ${MAX_INTERVAL_S}.`);
  }
  return seconds;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!(Number.isSafeInteger(count) && count >= 1)) throw new InvalidArgumentError('A whole number from 1.');
  return count;
}
