// What is to be so on this host, piece by piece: the steps of its plan, except that a virtual service with its servers
// is one piece, and that loading the data plane is one too. Pure.

import {
  formatStep,
  type HostPlan,
  type HostStep,
  isSameService,
  type ServiceEntry,
  serviceTableOf,
} from '../director/mod.ts';
import type { Cluster } from '../model/mod.ts';

export type Task =
  | Exclude<HostStep, { kind: 'service' }>
  /** lvskit's program is loaded and on every NIC. */
  | { readonly kind: 'data-plane' }
  /** `commands` are the ipvsadm lines that make it. */
  | { readonly kind: 'virtual-service'; readonly entry: ServiceEntry; readonly commands: readonly string[] };

export type TaskOf<K extends Task['kind']> = Extract<Task, { readonly kind: K }>;

/** In the order of the plan, which has services last. */
export function tasksOf(plan: HostPlan, cluster: Cluster): readonly Task[] {
  const settings = plan.steps.filter((step): step is Exclude<HostStep, { kind: 'service' }> => step.kind !== 'service');
  const services = servicesOf(plan, cluster);
  return services.length === 0 ? settings : [...settings, { kind: 'data-plane' }, ...services];
}

/** A `-A` line begins a service; the plan has them in the order of the conf, the table newest first. */
function servicesOf({ steps }: HostPlan, cluster: Cluster): readonly TaskOf<'virtual-service'>[] {
  const groups: string[][] = [];
  for (const step of steps) {
    if (step.kind !== 'service') continue;
    if (step.arguments[0] === '-A') groups.push([]);
    groups.at(-1)?.push(formatStep(step));
  }
  const entries = serviceTableOf(cluster).toReversed();
  return groups.flatMap((commands, index) => {
    const entry = entries[index];
    return entry === undefined ? [] : [{ kind: 'virtual-service', entry, commands }];
  });
}

/** Whether both set the same thing, perhaps to different values. */
export function isSameThing(one: Task, other: Task): boolean {
  if (one.kind === 'virtual-service' && other.kind === 'virtual-service') return isSameService(one.entry, other.entry);
  return nameOf(one) === nameOf(other);
}

function nameOf(task: Task): string {
  switch (task.kind) {
    case 'sysctl':
      return `sysctl ${task.key}`;
    case 'device':
    case 'link-up':
      return `${task.kind} ${task.device}`;
    case 'address':
      return `address ${task.address}/${task.prefixLength} ${task.device}`;
    case 'route': {
      const { destination } = task.route;
      return destination === 'default' ? 'route default' : `route ${destination.base}/${destination.prefixLength}`;
    }
    case 'local-route':
      return `local-route ${task.address}`;
    case 'decapsulate':
      return `decapsulate ${task.address} ${task.device}`;
    case 'data-plane':
    case 'virtual-service':
      return task.kind;
  }
}

/** As commands, a line each; a comment where there is no command. */
export function formatTask(task: Task): readonly string[] {
  if (task.kind === 'virtual-service') return task.commands;
  return [task.kind === 'data-plane' ? '# the data plane, on every NIC' : formatStep(task)];
}
