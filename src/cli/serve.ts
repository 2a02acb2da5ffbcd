// `lvskit serve netpipe`: a receiver for NPtcp's transmitter and for `lvskit bench netpipe`, run after run.

import { Command } from 'commander';
import { receiveRun } from '../measure/mod.ts';
import { LvskitError } from '../model/mod.ts';
import { endAtOnceOnSignals, listenTcp, pinProcess } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { addSharedOptions, modeOf, type SharedNetpipeOptions, scheduleOf } from './netpipe-options.ts';

interface ServeNetpipeOptions extends SharedNetpipeOptions {
  readonly bind: string;
  readonly once?: true;
}

export function createCommand(): Command {
  const netpipe = new Command('netpipe')
    .description("receive netpipe runs, also NPtcp's; give both ends the same -l, -p, -s, -2, --sizes and --trials")
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('--once', 'end after one run');
  addSharedOptions(netpipe).action(serveNetpipe);
  const lines = new Command('lines')
    .description("answer for the realservers of a lab with their hostnames; 'lvskit lab up' starts it")
    .argument('<lab>', "the lab's name")
    .action(async (name: string) => {
      const { serveLabLines } = await import('../suite/mod.ts');
      serveLabLines(name);
    });
  return new Command('serve').description('be the other end of a measurement').addCommand(netpipe).addCommand(lines);
}

async function serveNetpipe(options: ServeNetpipeOptions): Promise<void> {
  const address = await parseAddress(options.bind);
  const listener = listenTcp({ address, port: options.port });
  endAtOnceOnSignals();
  if (options.cpu !== undefined) pinProcess([options.cpu]);
  console.log(`netpipe: listening on ${address}:${options.port} (${modeOf(options)})`);
  do serveRun(listener, options);
  while (!options.once);
}

/** A run that fails is that client's misfortune: the next one is served, unless there is to be none. */
function serveRun(listener: number, options: ServeNetpipeOptions): void {
  const { lower: lowerBytes, trials, timeout } = options;
  const run = { mode: modeOf(options), schedule: scheduleOf(options), lowerBytes, trials, timeoutMs: timeout * 1000 };
  try {
    const { points, largestBytes } = receiveRun(listener, run);
    console.log(`netpipe: served a run of ${points} sizes up to ${largestBytes} bytes`);
  } catch (error) {
    if (options.once || !(error instanceof LvskitError)) throw error;
    console.log(`netpipe: a run failed: ${error.message}`);
  }
}
