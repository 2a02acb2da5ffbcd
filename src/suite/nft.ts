// nft in the namespace of a lab's machine: tables of rules put in and taken out, and their named counters.

import { runCommand } from '../system/mod.ts';

/** Throws COMMAND_NOT_FOUND, COMMAND_FAILED, as do the others. */
export function applyRuleset(namespacePath: string, ruleset: string): void {
  runCommand(nft(namespacePath, '-f', '-'), { input: ruleset });
}

export function removeTable(namespacePath: string, table: string): void {
  runCommand(nft(namespacePath, 'delete', 'table', 'ip', table));
}

interface Listing {
  readonly nftables: readonly {
    readonly counter?: { readonly table: string; readonly name: string; readonly packets: number };
  }[];
}

/** Packets of a named counter since its table was put in; 0 without such a counter. */
export function readCounters(namespacePath: string, table: string): (name: string) => number {
  const { stdout } = runCommand(nft(namespacePath, '-j', 'list', 'counters'));
  const { nftables } = JSON.parse(stdout) as Listing;
  return (name) =>
    nftables.find(({ counter }) => counter?.table === table && counter.name === name)?.counter?.packets ?? 0;
}

function nft(namespacePath: string, ...words: readonly string[]): readonly string[] {
  return ['nsenter', `--net=${namespacePath}`, 'nft', ...words];
}
