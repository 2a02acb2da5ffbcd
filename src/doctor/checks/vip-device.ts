// The VIP of a realserver on one of its NICs. There it is answered for whatever arp_ignore says, because it belongs there.

import { plannedCommands } from '../expected.ts';
import { type Check, examined } from '../finding.ts';
import { forgetAnswers } from '../neighbours.ts';

export const vipDevice: Check = {
  name: 'vip-device',
  find: (examination) => {
    const vip = examination.cluster.vip.address;
    return examined(examination, 'realserver').flatMap(({ machine, facts }) => {
      const nics = machine.nics.map(({ device }) => device);
      const holders = facts.links.filter(
        ({ device, addresses }) => nics.includes(device) && addresses.some(({ address }) => address === vip),
      );
      return holders.map(({ device, addresses }) => ({
        name: vipDevice.name,
        machine: machine.name,
        summary: `${machine.name} has the VIP ${vip} on ${device}, where it answers ARP for it`,
        evidence: [`ip addr: ${vip} is on ${device}, which is on the network`],
        why: 'Clients and routers hear two answers to who has the VIP, and whichever comes last gets all connections.',
        remedies: [
          ...addresses
            .filter(({ address }) => address === vip)
            .map(({ prefixLength }) => ({
              machine: machine.name,
              command: `ip addr del ${vip}/${prefixLength} dev ${device}`,
            })),
          ...plannedCommands(examination, machine, ({ kind }) => kind === 'address' || kind === 'local-route'),
          ...forgetAnswers(examination),
        ],
      }));
    });
  },
};
