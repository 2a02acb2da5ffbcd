// What a check is given, and what it gives: a finding with evidence, why it matters, and the command that mends it.

import type { HostPlan } from '../director/mod.ts';
import type { Cluster, Machine } from '../model/mod.ts';
import type { MachineFacts, ProbeFacts } from './facts.ts';

export interface Remedy {
  /** Where it is to be run: `Machine.name`. */
  readonly machine: string;
  readonly command: string;
}

/** One thing that is wrong. */
export interface Finding {
  /** `Check.name`; docs/doctor.md has a section for each. */
  readonly name: string;
  readonly machine: string;
  /** One line. */
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly why: string;
  readonly remedies: readonly Remedy[];
  /** What to do where no command can, or besides. */
  readonly advice?: string;
}

/** A cluster, what it should be, and what it is. */
export interface Examination {
  readonly cluster: Cluster;
  /** By `Machine.name`. */
  readonly plans: ReadonlyMap<string, HostPlan>;
  readonly facts: ReadonlyMap<string, MachineFacts>;
  /** Undefined: nothing was sent. */
  readonly probes: ProbeFacts | undefined;
}

export interface Check {
  readonly name: string;
  /**
   * Findings that this one follows from and that are told in its stead: those of the same machine, those anywhere.
   * `any` is every other finding: this one is only a symptom.
   */
  readonly follows?: { readonly here?: readonly string[]; readonly anywhere?: readonly string[] | 'any' };
  readonly find: (examination: Examination) => readonly Finding[];
}

/** The machines of a role that have been looked at, with what they said. */
export function examined(
  { cluster, facts }: Examination,
  role: Machine['role'],
): readonly { readonly machine: Machine; readonly facts: MachineFacts }[] {
  return cluster.machines.flatMap((machine) => {
    const said = facts.get(machine.name);
    return machine.role === role && said !== undefined ? [{ machine, facts: said }] : [];
  });
}
