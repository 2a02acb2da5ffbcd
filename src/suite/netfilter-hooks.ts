// Netfilter on a machine of a lab with nothing to do: every packet passes its hooks and connection tracking, and no rule
// takes any. What a packet filter costs by being there.

import { findMachine, type Lab, namespacePath } from '../lab/mod.ts';
import { applyRuleset, removeTable } from './nft.ts';

const TABLE = 'lvskit_hooks';
const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

/** A rule that asks for the connection's state makes the kernel track connections; protocol 253 is nobody's (RFC 3692). */
const RULE = 'ip protocol 253 ct state new drop';

function formatNetfilterHooks(): string {
  return [
    `table ip ${TABLE} {`,
    ...HOOKS.map((hook) => `  chain ${hook} { type filter hook ${hook} priority filter; ${RULE}; }`),
    '}',
    '',
  ].join('\n');
}

/**
 * For IPv4, at every hook. Returns what takes it out again. Connections that are open already are tracked from their next
 * packet on. Throws LAB_MACHINE_UNKNOWN, COMMAND_NOT_FOUND, COMMAND_FAILED.
 */
export function loadNetfilterHooks(lab: Lab, machine: string): () => void {
  const path = namespacePath(findMachine(lab.plan, machine).namespace);
  applyRuleset(path, formatNetfilterHooks());
  return () => removeTable(path, TABLE);
}
