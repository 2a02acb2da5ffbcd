// `lvskit serve netpipe`: a receiver for NPtcp's transmitter and for `lvskit bench netpipe`, run after run.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { LARGEST_EXPONENT, prepareNginx, type ReceiverOptions, receiveRun } from '../measure/mod.ts';
import { LvskitError } from '../model/mod.ts';
import {
  closeSocket,
  endAtOnceOnSignals,
  isWorker,
  keepWorkers,
  listenTcp,
  passedListener,
  pinProcess,
  replaceProcess,
  sayBusy,
  sayIdle,
  WORKER_LISTENER,
} from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { addSharedOptions, modeOf, parseCount, type SharedNetpipeOptions, scheduleOf } from './netpipe-options.ts';
import { createServeFtpCommand } from './serve-ftp.ts';
import { createServeLpdCommand } from './serve-lpd.ts';
import { createServeNfsCommand } from './serve-nfs.ts';
import { createServeRshCommand } from './serve-rsh.ts';
import { createServeTelnetCommand } from './serve-telnet.ts';

interface ServeHttpOptions {
  readonly bind: string;
  readonly port: number;
  readonly folder: string;
  readonly workers: number;
}

interface ServeNetpipeOptions extends SharedNetpipeOptions {
  readonly bind: string;
  readonly once?: true;
  readonly spare: number;
  readonly atOnce: number;
}

type WaitOptions = Pick<ReceiverOptions, 'waitMs' | 'onConnected'>;

/** A worker looks so often whether it still has somebody to work for. */
const WORKER_WAIT_MS = 1000;

export function createCommand(): Command {
  const netpipe = new Command('netpipe')
    .description("receive netpipe runs, also NPtcp's; give both ends the same -l, -p, -s, -2, --sizes and --trials")
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('--once', 'end after one run')
    .option('--at-once <n>', 'processes at most, each for one connection (with -s there is one)', parseCount, 64)
    .option('--spare <n>', 'so many of them wait for a connection', parseCount, 1);
  addSharedOptions(netpipe).action(serveNetpipe);
  const http = new Command('http')
    .description('be a web server with the files /file.0 to /file.26, of 2^N bytes: nginx')
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('-P, --port <port>', 'TCP port', parseCount, 80)
    .option('--folder <path>', 'for the files, 128 MB, and what nginx writes', '/run/lvskit/http')
    .option('--workers <n>', 'processes that answer', parseCount, 1)
    .action(serveHttp);
  const lab = new Command('lab')
    .description(
      "answer for the realservers of a lab: with netpipe and with their hostnames; 'lvskit lab up' starts it",
    )
    .argument('<lab>', "the lab's name")
    .action(async (name: string) => {
      const { serveLab } = await import('../suite/mod.ts');
      await serveLab(name);
    });
  return new Command('serve')
    .description('be the other end of a measurement')
    .addCommand(netpipe)
    .addCommand(http)
    .addCommand(createServeFtpCommand())
    .addCommand(createServeTelnetCommand())
    .addCommand(createServeRshCommand())
    .addCommand(createServeLpdCommand())
    .addCommand(createServeNfsCommand())
    .addCommand(lab);
}

async function serveHttp({ bind, port, folder, workers }: ServeHttpOptions): Promise<void> {
  const address = await parseAddress(bind);
  // Whatever is wrong with the port is said here, with its remedy.
  closeSocket(listenTcp({ address, port }));
  const command = prepareNginx({ address, port, folder: resolve(folder), workers });
  console.log(`http: nginx on ${address}:${port}, with files of 2^0 to 2^${LARGEST_EXPONENT} bytes`);
  replaceProcess(command);
}

async function serveNetpipe(options: ServeNetpipeOptions): Promise<void> {
  const address = await parseAddress(options.bind);
  if (isWorker()) return serveAsWorker(options);
  const listener = passedListener() ?? listenTcp({ address, port: options.port });
  const mode = modeOf(options);
  // A transmitter of mode stream comes again on a new connection, and to the same process: it is served alone.
  const isAlone = options.once === true || mode === 'stream';
  if (isAlone) {
    endAtOnceOnSignals();
    if (options.cpu !== undefined) pinProcess([options.cpu]);
  }
  console.log(`netpipe: listening on ${address}:${options.port} (${mode})`);
  if (!isAlone) return await keepWorkers({ listener, spare: options.spare, most: options.atOnce });
  do serveRun(listener, options);
  while (!options.once);
}

/** One of several at the same listening socket. It ends when nobody is left to be told that it waits. */
function serveAsWorker(options: ServeNetpipeOptions): void {
  endAtOnceOnSignals();
  if (options.cpu !== undefined) pinProcess([options.cpu]);
  while (sayIdle()) serveRun(WORKER_LISTENER, options, { waitMs: WORKER_WAIT_MS, onConnected: sayBusy });
}

/** A run that fails is that client's misfortune: the next one is served, unless there is to be none. */
function serveRun(listener: number, options: ServeNetpipeOptions, waiting: WaitOptions = {}): void {
  const { lower: lowerBytes, trials, timeout } = options;
  const run = { mode: modeOf(options), schedule: scheduleOf(options), lowerBytes, trials, timeoutMs: timeout * 1000 };
  try {
    const served = receiveRun(listener, { ...run, ...waiting });
    if (served === undefined) return;
    const sizes = `${served.points} ${served.points === 1 ? 'size' : 'sizes'}`;
    console.log(`netpipe: served a run of ${sizes} up to ${served.largestBytes} bytes`);
  } catch (error) {
    if (options.once || !(error instanceof LvskitError)) throw error;
    console.log(`netpipe: a run failed: ${error.message}`);
  }
}
