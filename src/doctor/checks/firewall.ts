// Services that listen and still do not answer the director: packet filters, mostly.

import type { Ipv4 } from '../../model/mod.ts';
import { machineOfRole } from '../expected.ts';
import type { FilterRule } from '../facts.ts';
import { describeRule, dropRules } from '../filters.ts';
import type { Check, Examination, Finding } from '../finding.ts';

export const firewall: Check = {
  name: 'firewall',
  follows: { here: ['nic-down', 'checksum', 'default-gateway'] },
  find: (examination) => {
    const unanswered = Map.groupBy(unansweredPorts(examination), ({ machine }) => machine);
    return [...unanswered].map(([machine, places]): Finding => {
      const ports = places.map(({ port }) => port);
      const rules = dropRulesOf(examination, machine).filter((rule) => drops(rule, ports));
      const director = machineOfRole(examination.cluster, 'director')?.name;
      return {
        name: firewall.name,
        machine,
        summary: `${machine} does not answer the director on port ${ports.join(', ')}, though something listens there`,
        evidence: [
          ...places.map(
            ({ address, port }) => `a connection from ${director} to ${address} port ${port} was not answered`,
          ),
          ...rules.map((rule) => `nft: ${describeRule(rule)}`),
        ],
        why: 'What the director sends there is dropped: its share of the clients waits until it gives up.',
        remedies: rules.map(({ family, table, chain, handle }) => ({
          machine,
          command: `nft insert rule ${family} ${table} ${chain} handle ${handle} tcp dport '{ ${ports.join(', ')} }' accept`,
        })),
        ...(rules.length > 0
          ? {}
          : { advice: `look at the packet filters of ${machine} (nft list ruleset) and of what is between them` }),
      };
    });
  },
};

function dropRulesOf({ facts }: Examination, machine: string): readonly FilterRule[] {
  const said = facts.get(machine);
  return said === undefined ? [] : dropRules(said);
}

interface Place {
  readonly machine: string;
  readonly address: Ipv4;
  readonly port: number;
}

/** Where something listens, as far as is known, and does not answer. */
function unansweredPorts({ facts, probes }: Examination): readonly Place[] {
  return (probes?.toServers ?? []).filter(({ machine, port, unanswered }) => {
    const listeners = facts.get(machine)?.listeners;
    return unanswered > 0 && (listeners === undefined || listeners.some((listener) => listener.port === port));
  });
}

function drops({ conditions }: FilterRule, ports: readonly number[]): boolean {
  return conditions.some(
    ({ field, values }) => field === 'tcp dport' && ports.some((port) => values.includes(String(port))),
  );
}
