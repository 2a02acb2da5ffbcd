// A realserver of VS-DR or VS-TUN that does not take packets for the VIP as its own.

import { plannedCommands } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

export const vipMissing: Check = {
  name: 'vip-missing',
  find: (examination) => {
    const vip = examination.cluster.vip.address;
    return examined(examination, 'realserver').flatMap(({ machine, facts }) => {
      if (machine.vip === undefined || facts.decisions.get(vip)?.local === true) return [];
      return [
        {
          name: vipMissing.name,
          machine: machine.name,
          summary: `${machine.name} does not hold the VIP ${vip}`,
          evidence: [`ip route get ${vip}: it is not an address of this machine`],
          why: 'The director sends it packets for the VIP as they are; it drops them, or passes them on to somebody else.',
          remedies: plannedCommands(examination, machine, ({ kind }) => kind === 'address' || kind === 'local-route'),
        },
      ];
    });
  },
};
