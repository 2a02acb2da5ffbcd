// A stall on purpose: a program of a machine stands still for a while, with its connections open. Whoever looks for stalls has
// to find this one.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { findMachine, type Lab, labLogFile, processesIn } from '../lab/mod.ts';
import { LvskitError } from '../model/mod.ts';

/** @param program as its process is called. Throws LAB_MACHINE_UNKNOWN, LAB_SERVICE_DEAD. */
export async function holdProgram({ plan }: Lab, machine: string, program: string, forMs: number): Promise<void> {
  const pids = processesIn([findMachine(plan, machine).namespace]).filter((pid) => nameOf(pid) === program);
  if (pids.length === 0) {
    throw new LvskitError('LAB_SERVICE_DEAD', `lab ${plan.name}: no ${program} runs on ${machine}`, {
      fields: { lab: plan.name, machine, program },
      remedy: `see what it said in ${labLogFile(plan.name)}`,
    });
  }
  signalAll(pids, 'SIGSTOP');
  try {
    await pause(forMs);
  } finally {
    signalAll(pids, 'SIGCONT');
  }
}

/** Undefined of one that has ended. */
function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function signalAll(pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
