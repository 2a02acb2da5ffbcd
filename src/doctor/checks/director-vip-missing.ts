// A director without the VIP.

import { plannedCommands } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

export const directorVipMissing: Check = {
  name: 'director-vip-missing',
  find: (examination) => {
    const vip = examination.cluster.vip.address;
    return examined(examination, 'director').flatMap(({ machine, facts }) => {
      if (facts.decisions.get(vip)?.local === true) return [];
      return [
        {
          name: directorVipMissing.name,
          machine: machine.name,
          summary: `the director does not hold the VIP ${vip}`,
          evidence: [`ip route get ${vip}: it is not an address of this machine`],
          why: 'Nobody answers ARP for the VIP: clients and routers in its network cannot send to it.',
          remedies: plannedCommands(examination, machine, ({ kind }) => kind === 'address' || kind === 'local-route'),
        },
      ];
    });
  },
};
