// A realserver that asks for its neighbours with the VIP as its own address, and so teaches them that the VIP is there.

import { effectiveSetting, settingKey, tellSettings } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

/** arp_announce: from 2 on the kernel chooses an address of the NIC that it asks by. */
const BEST_OF_THIS_NIC = 2;

export const arpAnnounce: Check = {
  name: 'arp-announce',
  follows: { here: ['vip-device'] },
  find: ({ cluster, ...rest }) => {
    const vip = cluster.vip.address;
    return examined({ cluster, ...rest }, 'realserver').flatMap(({ machine, facts }) => {
      if (machine.vip === undefined || facts.decisions.get(vip)?.local !== true) return [];
      const loud = machine.nics.filter(
        ({ device }) => effectiveSetting(facts, device, 'arp_announce') < BEST_OF_THIS_NIC,
      );
      return loud.map(({ device }) => ({
        name: arpAnnounce.name,
        machine: machine.name,
        summary: `${machine.name} may ask for its neighbours on ${device} in the name of the VIP ${vip}`,
        evidence: [tellSettings(facts, device, 'arp_announce')],
        why:
          'With a reply from the VIP to send, it asks who has the next address and gives the VIP as its own; all who ' +
          'hear that take the VIP to be there, and send to it past the director.',
        remedies: [{ machine: machine.name, command: `sysctl -w ${settingKey('all', 'arp_announce')}=2` }],
      }));
    });
  },
};
