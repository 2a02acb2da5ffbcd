// A whole virtual server in a lab: namespaces and links, then the director's services, then what the realservers
// need to take VS-TUN's packets apart. The lab and the director know nothing of each other; this joins them.

import { setImmediate } from 'node:timers/promises';
import {
  type AttachMode,
  attachDecapsulation,
  attachWires,
  openDataPlane,
  removeStateOf,
  setAttachMode,
} from '../dataplane/mod.ts';
import { serviceTableOf } from '../director/mod.ts';
import {
  applyLab,
  completeLab,
  detectKernel,
  type Lab,
  type LabMachine,
  type LabOptions,
  labInterruptedError,
  namespacePath,
  planLab,
  readLab,
  removeLab,
  wireSettings,
  wiresOf,
} from '../lab/mod.ts';
import type { Cluster } from '../model/mod.ts';
import { inNetworkNamespace, runCommand } from '../system/mod.ts';
import { startLabServices, untilListening } from './lab-services.ts';

export interface BringUpOptions extends LabOptions {
  /** Who forwards: lvskit's director, or somebody else who is started afterwards. */
  readonly balancer?: 'lvskit' | 'other';
  /** How the director is attached to its NICs; `tc` by default. With `xdp` the lab's links have no offloads. */
  readonly attach?: AttachMode;
  /** Whether the realservers run the conf's services; without it, somebody else starts what they are to run. */
  readonly services?: boolean;
  /** Called when machines and links stand, before the director, whose programs take the kernel half a second to check. */
  readonly onLinks?: (lab: Lab) => void;
  /** Once aborted, building stops and what stands is removed. */
  readonly signal?: AbortSignal;
}

/** XDP's frames go into a veth only where its far end, here a switch's port, has GRO. */
function letPortsTakeFrames({ plan }: Lab, machine: LabMachine): void {
  for (const { port } of plan.links.filter((link) => link.machine === machine.name)) {
    runCommand(['ip', 'netns', 'exec', plan.switchNamespace, 'ethtool', '-K', port, 'gro', 'on']);
  }
}

function startDirector(lab: Lab, machine: LabMachine, attach: AttachMode): void {
  const table = serviceTableOf(lab.plan.cluster);
  if (table.length === 0) return;
  if (attach === 'xdp') letPortsTakeFrames(lab, machine);
  inNetworkNamespace(namespacePath(machine.namespace), () => {
    const dataPlane = openDataPlane();
    dataPlane.update(() => table);
    dataPlane.close();
    if (attach !== 'tc') setAttachMode(attach, true);
  });
}

function startDecapsulation(machine: LabMachine): void {
  const steps = machine.hostPlan.steps.flatMap((step) => (step.kind === 'decapsulate' ? [step] : []));
  if (steps.length === 0) return;
  inNetworkNamespace(namespacePath(machine.namespace), () => {
    for (const { device, address } of steps) attachDecapsulation(device, address);
  });
}

/** The lab has made token buckets; this makes wires of them. */
function startWires({ plan }: Lab): void {
  const wires = wiresOf(plan).map(wireSettings);
  if (wires.length > 0) inNetworkNamespace(namespacePath(plan.switchNamespace), () => attachWires(wires));
}

/** Builds the lab and starts its director. Either all of it stands at the end or nothing is left. */
export async function bringUpVirtualServer(cluster: Cluster, options: BringUpOptions): Promise<Lab> {
  const { signal, onLinks, balancer = 'lvskit', services = false, attach = 'tc', ...labOptions } = options;
  // A veth's checksums that are left to be computed later are lost on the short way.
  const links = attach === 'tc' ? labOptions : { ...labOptions, offload: false };
  const plan = planLab(cluster, links, detectKernel());
  const lab = await applyLab(plan, { isWhole: false, ...(signal && { signal }) });
  try {
    onLinks?.(lab);
    startWires(lab);
    // They start while the kernel checks the director's programs.
    const served = services ? startLabServices(lab) : [];
    for (const machine of lab.plan.machines) {
      signal?.throwIfAborted();
      const role = lab.plan.cluster.machines.find(({ name }) => name === machine.name)?.role;
      if (role === 'director' && balancer === 'lvskit') startDirector(lab, machine, attach);
      if (role === 'realserver') startDecapsulation(machine);
      // Where a signal that came meanwhile is told.
      await setImmediate();
    }
    await untilListening(lab, served, signal);
    signal?.throwIfAborted();
    return completeLab(lab);
  } catch (error) {
    await takeDownVirtualServer(plan.name);
    throw signal?.aborted ? labInterruptedError(plan.name) : error;
  }
}

/** Removes a lab with all that runs in it, in any condition. Throws the errors of removeLab. */
export async function takeDownVirtualServer(name: string): Promise<void> {
  const { plan } = readLab(name);
  for (const machine of plan.machines) removeStateOf(namespacePath(machine.namespace));
  await removeLab(name);
}
