// lvskit lab fault: breaks one thing in a standing lab, or mends it again; `lvskit doctor` is to find it.

import { Command } from 'commander';
import { FAULTS, findFault, injectFault, readLab, undoFault } from '../lab/mod.ts';
import { quote } from '../system/mod.ts';
import { formatFaults } from './lab-format.ts';

interface FaultFlags {
  readonly on?: string;
  readonly undo?: true;
  readonly list?: true;
}

export function createFaultCommand(): Command {
  return new Command('fault')
    .description('Break one thing in a lab, or mend it again.')
    .argument('[name]', "the lab's name")
    .argument('[fault]', 'what to break; --list tells')
    .option('--on <machine>', 'where (default: the first machine that can have it; with --undo, all of them)')
    .option('--undo', 'mend it again')
    .option('--list', 'list the faults, or those that the lab can have')
    .action(async (name: string | undefined, fault: string | undefined, flags: FaultFlags, command: Command) => {
      const lab = name === undefined ? undefined : readLab(name);
      if (flags.list) {
        process.stdout.write(formatFaults(FAULTS, lab?.plan.cluster));
        return;
      }
      if (lab === undefined || fault === undefined) command.error('error: give a lab and a fault, or --list');
      const change = flags.undo ? undoFault : injectFault;
      const commands = await change(lab.plan, findFault(fault, FAULTS), flags.on);
      for (const { machine, argv, input } of commands) {
        const given = input === undefined ? '' : ` <<'EOF'\n${input}EOF`;
        process.stdout.write(`${machine}: ${quote(argv)}${given}\n`);
      }
    });
}
