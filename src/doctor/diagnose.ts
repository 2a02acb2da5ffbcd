// Looks at a cluster: asks its machines, probes, examines. Changes nothing.

import type { HostPlan } from '../director/mod.ts';
import type { Cluster } from '../model/mod.ts';
import { examine } from './examine.ts';
import type { MachineFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { gatherFacts } from './gather.ts';
import { type ProbeOptions, probe } from './probe.ts';
import type { Reach } from './reach.ts';

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** The machines that have been looked at. */
  readonly examined: readonly string[];
  /** Those that could not be, and why. */
  readonly unreached: readonly { readonly machine: string; readonly why: string }[];
  /** Connections through the VIP that were tried. */
  readonly connections: number;
}

export interface DiagnoseOptions {
  readonly cluster: Cluster;
  readonly plans: readonly HostPlan[];
  /** Machines that are missing here are neither examined nor counted as unreached. */
  readonly reaches: readonly Reach[];
  /** Undefined: look, and send nothing. */
  readonly probes: ProbeOptions | undefined;
}

/** Throws COMMAND_NOT_FOUND. */
export async function diagnose({ cluster, plans, reaches, probes }: DiagnoseOptions): Promise<Diagnosis> {
  const asked = await Promise.all(
    cluster.machines.map(async (machine) => {
      const reach = reaches.find((each) => each.machine === machine.name);
      return { reach, facts: reach && (await gatherFacts(machine, cluster, reach)) };
    }),
  );
  const facts = new Map<string, MachineFacts>();
  const reached = new Map<string, Reach>();
  const unreached: { machine: string; why: string }[] = [];
  for (const { reach, facts: said } of asked) {
    if (reach === undefined || said === undefined) continue;
    if ('why' in said) {
      unreached.push({ machine: reach.machine, why: said.why });
      continue;
    }
    facts.set(reach.machine, said);
    reached.set(reach.machine, reach);
  }
  const probed = probes && (await probe(cluster, reached, facts, probes));
  const findings = examine({
    cluster,
    plans: new Map(plans.map((plan) => [plan.machine, plan])),
    facts,
    probes: probed,
  });
  const examined = [...facts.keys()];
  return {
    findings,
    examined,
    unreached,
    connections:
      probed?.throughVip.reduce(
        (sum, { connected, refused, unanswered }) => sum + connected + refused + unanswered,
        0,
      ) ?? 0,
  };
}
