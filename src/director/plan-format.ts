// Host plans as text: the shell commands that make them. The `ip` part of a step is shared with the lab, so that
// what is printed for a real machine and what is done in a namespace are the same words.

import { type Cluster, formatNetwork, type Machine } from '../model/mod.ts';
import type { HostPlan, HostStep } from './plan.ts';

/** Steps that iproute2 makes. */
export type IpStep = Extract<HostStep, { kind: 'device' | 'link-up' | 'address' | 'route' | 'local-route' }>;

/** The command line that makes one step on a real machine. */
export function formatStep(step: HostStep): string {
  switch (step.kind) {
    case 'sysctl':
      return `sysctl -w ${step.key}=${step.value}`;
    case 'device':
      // Loading ipip makes tunl0; it can't be added by hand.
      return step.type === 'ipip' ? 'modprobe ipip' : `ip ${formatIpArguments(step)}`;
    case 'decapsulate':
      return `lvskit decap attach ${step.device} --vip ${step.address}`;
    case 'service':
      return `lvskit ipvsadm ${step.arguments.join(' ')}`;
    default:
      return `ip ${formatIpArguments(step)}`;
  }
}

/** The words after `ip`; `replace` where iproute2 has it, so that a plan can be run again. */
export function formatIpArguments(step: IpStep): string {
  switch (step.kind) {
    case 'device':
      return `link add ${step.device} type ${step.type}`;
    case 'link-up':
      return `link set ${step.device} up`;
    case 'address': {
      const label = step.label === undefined ? '' : ` label ${step.label}`;
      return `addr replace ${step.address}/${step.prefixLength} dev ${step.device}${label}`;
    }
    case 'route': {
      const { destination, via, device, source } = step.route;
      const target = destination === 'default' ? destination : formatNetwork(destination);
      const preferred = source === undefined ? '' : ` src ${source}`;
      const congestion = step.congestionControl === undefined ? '' : ` congctl ${step.congestionControl}`;
      return `route replace ${target} via ${via} dev ${device}${preferred}${congestion}`;
    }
    case 'local-route':
      return `route replace local ${step.address}/32 dev lo`;
  }
}

/** The plans of a cluster's machines as one annotated script. */
export function formatHostPlans(cluster: Cluster, plans: readonly HostPlan[]): string {
  const machines = new Map(cluster.machines.map((machine) => [machine.name, machine]));
  return plans
    .map((plan) => {
      const machine = machines.get(plan.machine);
      const heading = machine === undefined ? [`# ${plan.machine}`] : formatHeading(machine);
      return [...heading, ...plan.steps.map(formatStep)].join('\n');
    })
    .join('\n\n');
}

function formatHeading(machine: Machine): string[] {
  return [
    `# ${machine.name} (${machine.hostname})`,
    ...machine.nics.map((nic) => `#   ${nic.device} ${nic.address}/${nic.prefixLength}`),
  ];
}
