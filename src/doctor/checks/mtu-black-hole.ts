// Packets that do not fit into the tunnel and vanish, because their sender is not told.

import type { FilterRule } from '../facts.ts';
import { describeRule, dropRules } from '../filters.ts';
import type { Check, Examination, Remedy } from '../finding.ts';

/** IP-in-IP's outer header. */
const TUNNEL_BYTES = 20;

export const mtuBlackHole: Check = {
  name: 'mtu-black-hole',
  // Where nothing gets through, large packets do not either.
  follows: { anywhere: 'any' },
  find: (examination) => {
    const { cluster, probes } = examination;
    const tried = probes?.fullSize;
    if (tried === undefined || tried.arrived) return [];
    const client = cluster.machines.find(({ role }) => role === 'client');
    if (client === undefined) return [];
    const filters = fragmentationFilters(examination);
    return [
      {
        name: mtuBlackHole.name,
        machine: client.name,
        summary: 'large packets to the VIP vanish, and the client is not told that they are too large',
        evidence: [
          `a segment of ${tried.bytes} bytes to ${cluster.vip.address} port ${tried.port} was not acknowledged, a connection was`,
          ...filters.map(({ machine, rule }) => `nft on ${machine}: ${describeRule(rule)}`),
        ],
        why:
          `The tunnel adds ${TUNNEL_BYTES} bytes. The director tells the sender of what does not fit ("fragmentation needed"); ` +
          'where that is dropped, downloads work and uploads hang.',
        remedies: filters.map(({ machine, rule }): Remedy => ({ machine, command: deleteRule(rule) })),
        ...(filters.length > 0
          ? {}
          : {
              advice:
                'let ICMP type 3 code 4 pass everywhere between director and client, or give the client’s route to the VIP `advmss`',
            }),
      },
    ];
  },
};

function fragmentationFilters({ facts }: Examination) {
  return [...facts].flatMap(([machine, said]) =>
    dropRules(said)
      .filter(isOfFragmentation)
      .map((rule) => ({ machine, rule })),
  );
}

function isOfFragmentation({ conditions }: FilterRule): boolean {
  const of = (field: string) => conditions.find((condition) => condition.field === field)?.values;
  const [types, codes] = [of('icmp type'), of('icmp code')];
  if (types?.includes('destination-unreachable') !== true && codes?.includes('frag-needed') !== true) return false;
  return codes === undefined || codes.some((code) => code === 'frag-needed' || code === '4');
}

function deleteRule({ family, table, chain, handle }: FilterRule): string {
  return `nft delete rule ${family} ${table} ${chain} handle ${handle}`;
}
