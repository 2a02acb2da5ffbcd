// Connection tracking that sees one direction only, and rules that drop what it does not understand.

import { machineOfRole, repliesPassDirector } from '../expected.ts';
import type { FilterRule } from '../facts.ts';
import { describeRule, dropRules, isSpared } from '../filters.ts';
import type { Check, Finding } from '../finding.ts';

export const conntrack: Check = {
  name: 'conntrack',
  find: ({ cluster, facts }) => {
    const director = machineOfRole(cluster, 'director');
    // Elsewhere both directions pass a machine, or neither does.
    if (director === undefined || cluster.method === 'nat' || !repliesPassDirector(cluster)) return [];
    const said = facts.get(director.name);
    if (said === undefined) return [];
    const rules = dropRules(said).filter((rule) => dropsInvalid(rule) && !isSpared(said, rule, cluster.vip.address));
    return rules.map((rule): Finding => {
      const { family, table, chain, handle } = rule;
      return {
        name: conntrack.name,
        machine: director.name,
        summary: 'connection tracking on the director drops the replies as invalid',
        evidence: [`nft: ${describeRule(rule)}`],
        why:
          'Requests go past netfilter (lvskit takes them at the NIC), replies pass it: an answer to nothing is invalid to ' +
          'connection tracking.',
        remedies: [
          {
            machine: director.name,
            command: `nft insert rule ${family} ${table} ${chain} handle ${handle} ip saddr ${cluster.vip.address} accept`,
          },
        ],
      };
    });
  },
};

function dropsInvalid({ hook, conditions }: FilterRule): boolean {
  const onTheWay = hook === undefined || hook === 'prerouting' || hook === 'forward' || hook === 'postrouting';
  return onTheWay && conditions.some(({ field, values }) => field === 'ct state' && values.includes('invalid'));
}
