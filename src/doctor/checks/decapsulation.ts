// VS-TUN: realservers without anything that takes packets out of the tunnel.

import { plannedCommands } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

export const decapsulation: Check = {
  name: 'decapsulation',
  follows: { here: ['nic-down'] },
  find: (examination) => {
    if (examination.cluster.method !== 'tun') return [];
    return examined(examination, 'realserver').flatMap(({ machine, facts }) => {
      const byKernel = facts.links.some(({ device, up }) => device === 'tunl0' && up);
      const without = machine.nics.filter(({ device }) => facts.decapsulating?.includes(device) !== true);
      if (byKernel || without.length === 0) return [];
      return [
        {
          name: decapsulation.name,
          machine: machine.name,
          summary: `${machine.name} does not take packets out of the tunnel`,
          evidence: [
            'ip addr: no tunl0 is up',
            ...without.map(({ device }) =>
              facts.decapsulating === undefined
                ? 'lvskit decap status: lvskit cannot be asked'
                : `lvskit decap status: not on ${device}`,
            ),
          ],
          why: 'The director sends it requests inside of IP-in-IP packets; they are dropped, or answered with "protocol unreachable".',
          remedies: plannedCommands(
            examination,
            machine,
            (step) => step.kind === 'decapsulate' || step.kind === 'device' || step.kind === 'link-up',
          ),
        },
      ];
    });
  },
};
