// nftables' DNAT as a load balancer: the same services as VS-NAT, by the kernel's own NAT and connection tracking.

import type { VirtualService } from '../model/mod.ts';
import { applyRuleset, readCounters } from './nft.ts';

const TABLE = 'lvskit_compare';

function rule({ protocol, address, port, servers }: VirtualService): string {
  const rows = servers.map((server, index) => `${index} : ${server.address} . ${server.port}`).join(', ');
  return `ip daddr ${address} ${protocol} dport ${port} counter dnat ip to numgen inc mod ${servers.length} map { ${rows} }`;
}

/** The ruleset: round robin over the servers of each service, with a counter for every packet rewritten. */
export function formatNftables(services: readonly VirtualService[]): string {
  const addresses = [...new Set(services.map((service) => service.address))].join(', ');
  return [
    `table ip ${TABLE} {`,
    '  counter to_servers {}',
    '  counter to_clients {}',
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat;',
    ...services.map((service) => `    ${rule(service)}`),
    '  }',
    // Behind NAT, on the way out: what came for the virtual address by its original tuple.
    '  chain forward {',
    '    type filter hook forward priority filter;',
    `    ct direction original ct original ip daddr { ${addresses} } counter name to_servers`,
    `    ct direction reply ct original ip daddr { ${addresses} } counter name to_clients`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Puts the ruleset into the director's namespace. Throws COMMAND_NOT_FOUND, COMMAND_FAILED. */
export function applyNftables(namespacePath: string, services: readonly VirtualService[]): void {
  applyRuleset(namespacePath, formatNftables(services));
}

/** Packets that passed towards the servers and back since the ruleset was put in. */
export function readNftables(namespacePath: string): { readonly toServers: number; readonly toClients: number } {
  const packets = readCounters(namespacePath, TABLE);
  return { toServers: packets('to_servers'), toClients: packets('to_clients') };
}
