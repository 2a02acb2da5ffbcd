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
  return run(plan, placesOf(plan, fault, machine).slice(0, 1).flatMap(fault.inject));
}

/** On every machine that can have the fault, or the one that is named: harmless where it is not. Throws as {@link injectFault}. */
export function undoFault(plan: LabPlan, fault: Fault, machine?: string): Promise<readonly FaultCommand[]> {
  return run(plan, placesOf(plan, fault, machine).flatMap(fault.undo));
}

function placesOf(plan: LabPlan, fault: Fault, name: string | undefined): readonly FaultPlace[] {
  const machines = fault.machines(plan.cluster);
  const wanted = name === undefined ? undefined : findMachine(plan, name).name;
  const places = machines.filter((each) => wanted === undefined || each.name === wanted);
  if (places.length > 0) return places.map((machine) => ({ plan, machine }));
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
