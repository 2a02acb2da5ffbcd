// Machines and links of a lab by the names that users give. Pure.

import { linkUnknownError, machineUnknownError } from './errors.ts';
import type { LabLink, LabMachine, LabPlan } from './plan.ts';

/** A machine by its role name or its hostname: `realserver1`, `sneezy`. Throws LAB_MACHINE_UNKNOWN. */
export function findMachine(plan: LabPlan, name: string): LabMachine {
  const role = plan.cluster.machines.find((machine) => machine.name === name || machine.hostname === name)?.name;
  const found = plan.machines.find((machine) => machine.name === role);
  if (found !== undefined) return found;
  const known = plan.machines.map((machine) => machine.name);
  throw machineUnknownError(plan.name, name, known);
}

/** A link by its machine and NIC: `director:eth1`, or with a dot. Throws LAB_LINK_UNKNOWN. */
export function findLink(plan: LabPlan, name: string): LabLink {
  const found = plan.links.find(({ machine, device }) =>
    [`${machine}:${device}`, `${machine}.${device}`].includes(name),
  );
  if (found !== undefined) return found;
  const known = plan.links.map(({ machine, device }) => `${machine}:${device}`);
  throw linkUnknownError(plan.name, name, known);
}
