// What a fault is: commands that break one thing in a standing lab, and those that mend it again. Pure; inject.ts runs them.

import type { Cluster, Machine } from '../../model/mod.ts';
import type { LabPlan } from '../plan.ts';

/** A command in a machine of the lab, or in its switch. */
export interface FaultCommand {
  /** `Machine.name`, or `switch`. */
  readonly machine: string;
  readonly argv: readonly string[];
  /** Given to it on its standard input. */
  readonly input?: string;
}

/** Where a fault is: a lab, and one of its machines. */
export interface FaultPlace {
  readonly plan: LabPlan;
  readonly machine: Machine;
}

export interface Fault {
  readonly name: string;
  /** What no longer works, as one clause. */
  readonly breaks: string;
  /** The clusters in which it breaks something, in a few words. */
  readonly where: string;
  /** The machines that can have it, the usual one first; none where it would break nothing. */
  readonly machines: (cluster: Cluster) => readonly Machine[];
  readonly inject: (place: FaultPlace) => readonly FaultCommand[];
  /** Puts back what the lab's plan says. */
  readonly undo: (place: FaultPlace) => readonly FaultCommand[];
}

/** The command of words without spaces, in the fault's own machine. */
export function onMachine({ machine }: FaultPlace, words: string): FaultCommand {
  return { machine: machine.name, argv: words.split(' ') };
}

/** The table of packet filters that faults put into a machine, and what takes it away. */
export function filterTable(place: FaultPlace, family: 'ip' | 'netdev', chain: readonly string[]): FaultCommand {
  const lines = [
    `table ${family} ${FAULT_TABLE} {`,
    '  chain fault {',
    ...chain.map((line) => `    ${line}`),
    '  }',
    '}',
  ];
  return { machine: place.machine.name, argv: ['nft', '-f', '-'], input: `${lines.join('\n')}\n` };
}

export function dropTable(place: FaultPlace, family: 'ip' | 'netdev'): FaultCommand {
  // `destroy` would do without the first line, but is newer than Debian 12's nft.
  const input = `add table ${family} ${FAULT_TABLE}\ndelete table ${family} ${FAULT_TABLE}\n`;
  return { machine: place.machine.name, argv: ['nft', '-f', '-'], input };
}

const FAULT_TABLE = 'lvskit_fault';
