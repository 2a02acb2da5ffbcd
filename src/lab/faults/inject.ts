// Puts faults into a standing lab and takes them out again, by running their commands in the lab's namespaces.

import { requireRoot, runCommandAsync } from '../../system/mod.ts';
import { faultMisplacedError, faultUnknownError } from '../errors.ts';
import { enterNamespace } from '../limits.ts';
import { findMachine } from '../lookup.ts';
import type { LabPlan } from '../plan.ts';
import type { Fault, FaultCommand, FaultPlace } from './fault.ts';

/** Throws LAB_FAULT_UNKNOWN. */
export function findFault(name: string, faults: readonly Fault[]): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  throw faultUnknownError(
    name,
    faults.map((fault) => fault.name),
  );
}

/**
 * On the fault's usual machine, or the one that is named. Returns the commands that were run. Throws NOT_ROOT,
 * LAB_MACHINE_UNKNOWN, LAB_FAULT_MISPLACED, COMMAND_FAILED.
 */
export function injectFault(plan: LabPlan, fault: Fault, machine?: string): Promise<readonly FaultCommand[]> {
  return run(plan, fault.inject(placeOf(plan, fault, machine)));
}

/** Harmless where the fault is not. Throws as {@link injectFault}. */
export function undoFault(plan: LabPlan, fault: Fault, machine?: string): Promise<readonly FaultCommand[]> {
  return run(plan, fault.undo(placeOf(plan, fault, machine)));
}

function placeOf(plan: LabPlan, fault: Fault, name: string | undefined): FaultPlace {
  const machines = fault.machines(plan.cluster);
  const wanted = name === undefined ? machines[0]?.name : findMachine(plan, name).name;
  const machine = machines.find((each) => each.name === wanted);
  if (machine !== undefined) return { plan, machine };
  throw faultMisplacedError(
    fault,
    plan.name,
    name,
    machines.map((each) => each.name),
  );
}

async function run(plan: LabPlan, commands: readonly FaultCommand[]): Promise<readonly FaultCommand[]> {
  requireRoot('changing a lab');
  for (const { machine, argv, input = '' } of commands) {
    const namespace = machine === 'switch' ? plan.switchNamespace : findMachine(plan, machine).namespace;
    await runCommandAsync([...enterNamespace(namespace), ...argv], { input });
  }
  return commands;
}
