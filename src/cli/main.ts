// The entry of lvskit: loads the command that is asked for, runs it, and turns whatever ends it into text on
// stderr and an exit status. It knows the commands only by the table in commands.ts.

import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import { endingOf, outputUnwritable } from './errors.ts';
import { readVersion } from './version.ts';

const debug = process.env.LVSKIT_DEBUG === '1';

/** The signal that asked us to end while a command was putting its things away. */
let interruptedBy: NodeJS.Signals | undefined;

async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('lvskit')
    .description('Runs a Linux Virtual Server and tells you what is wrong with it and how fast it is.')
    .usage('COMMAND [OPTIONS]')
    .version(readVersion())
    // What stands behind a command is the command's own: `lvskit ipvsadm --version`.
    .enablePositionalOptions()
    .addHelpText('after', "\nRun 'lvskit COMMAND --help' for the options of a command.");

  const wanted = argv.find((word) => !word.startsWith('-') && word !== 'help');
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = name === wanted ? (await entry.load()).createCommand() : new Command(name);
    program.addCommand(command.summary(entry.summary).helpGroup(entry.group));
  }
  adopt(program);
  return program;
}

/** Gives a command and all below it our way of ending and of saying what was wrong with its usage. */
function adopt(command: Command): void {
  command
    .exitOverride()
    .configureHelp({ ...command.configureHelp(), subcommandTerm: (subcommand) => subcommand.name() })
    .showHelpAfterError(`Run '${pathOf(command)} --help' for how it is used.`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lvskit: ')) });
  for (const subcommand of command.commands) adopt(subcommand);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

async function run(argv: readonly string[]): Promise<void> {
  try {
    const program = await createProgram(argv);
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync([...argv], { from: 'user' });
    if (interruptedBy !== undefined) end(undefined);
  } catch (error) {
    end(error);
  }
}

/** Nothing that is still open (a socket, a child) may keep a process alive that has failed. */
function end(error: unknown): never {
  const hasDone = error === undefined || error instanceof CommanderError;
  const { text, exitStatus } = endingOf((hasDone && unwritten()) || error, { debug, interruptedBy });
  if (text !== '') process.stderr.write(`${text}\n`);
  process.exit(exitStatus);
}

/** What was printed and got lost: a stream knows it at once, and tells its listeners later than a command may end. */
function unwritten(): Error | undefined {
  const cause: NodeJS.ErrnoException | null = process.stdout.errored;
  return cause === null || cause.code === 'EPIPE' ? undefined : outputUnwritable('stdout', cause);
}

/**
 * A command that must put things away listens to the signal itself; the process ends when the command does. Without
 * such a listener, or at the second signal, it ends at once.
 */
function interrupt(signal: NodeJS.Signals): void {
  const nobodyElseListens = process.listenerCount(signal) === 1;
  const again = interruptedBy !== undefined;
  interruptedBy = signal;
  if (nobodyElseListens || again) end(undefined);
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('uncaughtException', end);
for (const name of ['stdout', 'stderr'] as const) {
  process[name].on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') end(outputUnwritable(name, error));
    // Our reader has gone (`lvskit … | head`): end quietly, as if told to.
    if (interruptedBy === undefined) process.emit('SIGTERM', 'SIGTERM');
  });
}

await run(process.argv.slice(2));
