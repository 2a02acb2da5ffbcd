// Short comparisons into a folder that goes afterwards, and what is left of them on this machine.

import { readdirSync } from 'node:fs';
import { listLabs } from '../../../src/lab/mod.ts';
import { type CompareOptions, compare } from '../../../src/suite/mod.ts';
import { exampleCluster } from './virtual-server.ts';

// Agents are started by the words that started this process, which here are those of a test.
process.argv[1] = new URL('../../../src/cli/main.ts', import.meta.url).pathname;

export const SYSTEMS = ['nat', 'dr'] as const;
export const SIZES_BYTES = [64, 4096];
export const ROUNDS = 2;

export interface Comparison extends Partial<CompareOptions> {
  readonly folder: string;
}

/** Two systems, two sizes, two rounds, a hundredth of a second each, unless told otherwise. */
export function runComparison({ folder, ...options }: Comparison) {
  return compare(exampleCluster('vs-dr'), {
    systems: SYSTEMS,
    mode: 'twoway',
    sizesBytes: SIZES_BYTES,
    rounds: ROUNDS,
    visitSeconds: 0.01,
    pinning: 'one',
    folder,
    command: ['lvskit', 'compare', 'vs-dr.conf'],
    version: '0.0.0',
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });
}

/** Labs and network namespaces of comparisons and experiments of this process. */
export function leftovers(): readonly string[] {
  const ours = (name: string) => ['cmp', 'rep'].some((kind) => name.startsWith(`${kind}${process.pid}-`));
  return [...listLabs().map((lab) => lab.plan.name), ...readdirSync('/run/netns')].filter(ours);
}
