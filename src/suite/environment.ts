// The environment of a run: everything about the machine that its numbers depend on.

import { existsSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Environment, MachineEnvironment } from '../model/mod.ts';
import { runCommand } from '../system/mod.ts';

/** Commit of the checkout that this runs from; undefined for an installed package. */
function readCommit(): string | undefined {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  if (!existsSync(`${root}/.git`)) return undefined;
  try {
    const commit = runCommand(['git', '-C', root, 'rev-parse', '--short=12', 'HEAD'], { allowFailure: true });
    const changes = runCommand(['git', '-C', root, 'status', '--porcelain'], { allowFailure: true });
    if (commit.status !== 0) return undefined;
    return `${commit.stdout.trim()}${changes.stdout.trim() === '' ? '' : ' with changes'}`;
  } catch {
    return undefined; // no git here
  }
}

/** What holds for all that is measured here. */
export function readMachine(lvskit: string): MachineEnvironment {
  const processors = cpus();
  return {
    kernel: release(),
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cpuCount: processors.length,
    memoryBytes: totalmem(),
    node: process.version,
    lvskit,
    commit: readCommit(),
  };
}

/** What the caller knows and the machine can't tell. */
export type EnvironmentChoices = Omit<Environment, keyof MachineEnvironment> & Pick<Environment, 'lvskit'>;

export function readEnvironment({ lvskit, ...choices }: EnvironmentChoices): Environment {
  return { ...readMachine(lvskit), ...choices };
}
