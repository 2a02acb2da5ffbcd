// The command `test/vm/run-in-vm`: runs a program in the VM, prints what it prints and returns its status.
// 124: it took too long; 125: there is no VM; 2: wrong usage.

import { parseArgs } from 'node:util';
import { CommandError } from '../../../src/system/mod.ts';
import { VmError } from './errors.ts';
import { runInVm, VmTimeoutError } from './machine.ts';

const USAGE = `usage: run-in-vm [OPTIONS] PROGRAM [ARGUMENT…]
Runs PROGRAM as root on Debian's kernel, which has ip_vs, in a VM that sees the host's files but cannot change them.
  --timeout SECONDS  stop it after that long (120)
  --icount           one instruction a nanosecond, and no waiting: times repeat, sleep is short
  --smp CPUS         (1)
  --mem MB           (2048)`;

const TOO_LATE = 124;
const NO_VM = 125;

/** Options end at the program: what follows is its own. */
function splitArguments(words: readonly string[]): { own: string[]; argv: string[] } {
  const takesValue = (word: string) => /^--(timeout|smp|mem)$/.test(word);
  let position = 0;
  while (words[position]?.startsWith('-')) position += takesValue(words[position] ?? '') ? 2 : 1;
  return { own: words.slice(0, position), argv: words.slice(position) };
}

async function main(): Promise<number> {
  const { own, argv } = splitArguments(process.argv.slice(2));
  const { values } = parseArgs({
    args: own,
    options: {
      timeout: { type: 'string' },
      icount: { type: 'boolean' },
      smp: { type: 'string' },
      mem: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (argv.length === 0) throw new TypeError('which program?');
  return runInVm({
    argv,
    stdout: process.stdout,
    stderr: process.stderr,
    timeoutSeconds: numberOf(values.timeout),
    countInstructions: values.icount,
    cpus: numberOf(values.smp),
    memoryMb: numberOf(values.mem),
  });
}

function numberOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`'${value}' is not a whole number above 0`);
  return number;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof VmError || error instanceof CommandError) {
    console.error(`run-in-vm: ${error.message}; ${error.remedy ?? ''}`);
    process.exitCode = error instanceof VmTimeoutError ? TOO_LATE : NO_VM;
  } else if (error instanceof TypeError) {
    console.error(`run-in-vm: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
