// Realservers on which nothing listens where the director sends connections.

import type { Listener } from '../facts.ts';
import type { Check, Finding } from '../finding.ts';
import { serversOf } from '../probe.ts';

export const deadService: Check = {
  name: 'dead-service',
  find: ({ cluster, facts }) =>
    serversOf(cluster).flatMap(({ machine, address, port }): readonly Finding[] => {
      const listeners = facts.get(machine.name)?.listeners;
      if (listeners === undefined) return [];
      // Under VS-DR and VS-TUN packets come with the VIP, under VS-NAT with the realserver's own address.
      const wanted = cluster.method === 'nat' ? address : cluster.vip.address;
      if (listeners.some((listener) => listener.port === port && takes(listener, wanted))) return [];
      const others = listeners.filter((listener) => listener.port === port).map((listener) => listener.address);
      return [
        {
          name: deadService.name,
          machine: machine.name,
          summary: `nothing listens on port ${port} of ${machine.name} for ${wanted}`,
          evidence: [
            others.length === 0
              ? `ss -ltn lists no port ${port}`
              : `ss -ltn: port ${port} only at ${others.join(', ')}`,
          ],
          why: 'The director does not know, and goes on sending it its share of the connections: they are refused.',
          remedies: [],
          advice: `start the service on ${machine.name}; until then: lvskit ipvsadm -e … -r ${address}:${port} -w 0`,
        },
      ];
    }),
};

function takes({ address }: Listener, wanted: string): boolean {
  return ['0.0.0.0', '*', '[::]', wanted, `[::ffff:${wanted}]`].includes(address);
}
