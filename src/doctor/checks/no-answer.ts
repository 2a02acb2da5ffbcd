// Connections through the VIP that do not come about, when nothing else tells why.

import type { Check, Finding } from '../finding.ts';

export const noAnswer: Check = {
  name: 'no-answer',
  follows: { anywhere: 'any' },
  find: ({ cluster, probes }) => {
    const client = cluster.machines.find(({ role }) => role === 'client');
    if (client === undefined || !cluster.forwardingEnabled) return [];
    return (probes?.throughVip ?? []).flatMap(
      ({ address, port, connected, refused, unanswered }): readonly Finding[] => {
        if (refused + unanswered === 0) return [];
        const count = connected + refused + unanswered;
        return [
          {
            name: noAnswer.name,
            machine: client.name,
            summary: `not all connections to ${address} port ${port} come about, and no other finding says why`,
            evidence: [
              `of ${count} connections ${connected} came about, ${refused} were refused, ${unanswered} not answered`,
            ],
            why: 'Clients see this.',
            remedies: [],
            advice:
              'lvskit trace on the director shows what becomes of each packet; lvskit lab capture or tcpdump, where it stops',
          },
        ];
      },
    );
  },
};
