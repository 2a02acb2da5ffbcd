// `lvskit bench iperf3` and `lvskit bench nptcp`: the programs that people know, against a host that runs their other
// end, or with both ends in a lab. What they print is theirs; --json has their figures.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { readLab } from '../lab/mod.ts';
import { type ForegroundOptions, type ForegroundResult, runInForeground } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { labOption } from './bench-lab.ts';
import { parseCount, parseSeconds } from './netpipe-options.ts';
import { untilInterrupted } from './signals.ts';

export interface GuestCommand {
  readonly name: string;
  readonly description: string;
  /** Of HOST, for --help. */
  readonly hostDescription: string;
  readonly port: number;
  /** The command of the end that others connect to, at this address of its own; `words` are the user's. */
  server(address: string, port: number, words: readonly string[]): readonly string[];
  /** The command of the end at the terminal; with `resultFile`, for --json. */
  client(host: string, port: number, words: readonly string[], resultFile: string | undefined): readonly string[];
  /** The lines of --json. Throws PROGRAM_FAILED. */
  parse(result: ForegroundResult, resultFile: string): readonly object[];
}

interface GuestFlags {
  readonly lab?: string;
  readonly port: number;
  readonly realserver?: string;
  readonly timeout: number;
  readonly json?: true;
}

const TIMEOUT_S = 600;

export function createGuestCommand(guest: GuestCommand): Command {
  return new Command(guest.name)
    .description(guest.description)
    .usage(`[options] HOST|--lab NAME [-- OPTION-OF-${guest.name.toUpperCase()}...]`)
    .argument('[words...]', `${guest.hostDescription}; behind -- options of the program's own`)
    .addOption(labOption())
    .option(
      '-P, --port <port>',
      'port of the other end; in a lab the first free one from there',
      parseCount,
      guest.port,
    )
    .option('--realserver <name>', "where the lab's other end runs (default: the first)")
    .option('--timeout <seconds>', 'end a run that takes longer', parseSeconds, TIMEOUT_S)
    .option('--json', 'print figures as JSON, instead of what the program prints')
    .action((words: readonly string[], flags: GuestFlags, command: Command) =>
      benchGuest(guest, words, flags, command),
    );
}

async function benchGuest(
  guest: GuestCommand,
  words: readonly string[],
  flags: GuestFlags,
  command: Command,
): Promise<void> {
  if (!flags.json) {
    process.exitCode = (await run(guest, words, flags, undefined, command)).status;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-'));
  try {
    const resultFile = join(folder, 'result');
    const result = await run(guest, words, flags, resultFile, command);
    for (const row of guest.parse(result, resultFile)) console.log(JSON.stringify(row));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(
  guest: GuestCommand,
  words: readonly string[],
  flags: GuestFlags,
  resultFile: string | undefined,
  command: Command,
): Promise<ForegroundResult> {
  return untilInterrupted((signal) => {
    const options = { signal, captures: flags.json === true, timeoutMs: flags.timeout * 1000 };
    if (flags.lab === undefined) return runAgainstHost(guest, words, flags, resultFile, options, command);
    return runInLab(guest, flags.lab, words, flags, resultFile, options);
  });
}

async function runAgainstHost(
  guest: GuestCommand,
  [host = '', ...words]: readonly string[],
  { port }: GuestFlags,
  resultFile: string | undefined,
  options: ForegroundOptions,
  command: Command,
): Promise<ForegroundResult> {
  if (host === '' || host.startsWith('-')) command.error('error: give a host, or --lab NAME');
  return await runInForeground(guest.client(await parseAddress(host), port, words, resultFile), options);
}

async function runInLab(
  guest: GuestCommand,
  name: string,
  words: readonly string[],
  { port, realserver }: GuestFlags,
  resultFile: string | undefined,
  options: ForegroundOptions,
): Promise<ForegroundResult> {
  const { runGuestProgram } = await import('../suite/mod.ts');
  const ends = {
    server: (address: string, freePort: number) => guest.server(address, freePort, words),
    client: (vip: string, freePort: number) => guest.client(vip, freePort, words, resultFile),
  };
  return await runGuestProgram({ lab: readLab(name), realserver, port, ...ends }, options);
}
