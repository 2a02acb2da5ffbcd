// A realserver that answers ARP for the VIP: the fault that every VS-DR has had once.

import { effectiveSetting, ownerOfMac, settingKey, tellSettings } from '../expected.ts';
import type { MachineFacts } from '../facts.ts';
import { type Check, type Examination, examined } from '../finding.ts';
import { forgetAnswers } from '../neighbours.ts';

/** arp(7), arp_ignore: from 1 on only addresses of the NIC that was asked are answered for. */
const ONLY_OF_THIS_NIC = 1;

export const arpVip: Check = {
  name: 'arp-vip',
  follows: { here: ['vip-device'] },
  find: (examination) => {
    const vip = examination.cluster.vip.address;
    return examined(examination, 'realserver').flatMap(({ machine, facts }) => {
      if (!holdsAddress(facts, vip)) return [];
      const loud = machine.nics.filter(
        ({ device }) => effectiveSetting(facts, device, 'arp_ignore') < ONLY_OF_THIS_NIC,
      );
      return loud.map(({ device }) => ({
        name: arpVip.name,
        machine: machine.name,
        summary: `${machine.name} answers ARP for the VIP ${vip} on ${device}`,
        evidence: [tellSettings(facts, device, 'arp_ignore'), ...heard(examination, machine.name)],
        why: 'Clients and routers hear two answers to who has the VIP, and whichever comes last gets all connections.',
        remedies: [
          { machine: machine.name, command: `sysctl -w ${settingKey('all', 'arp_ignore')}=1` },
          ...forgetAnswers(examination),
        ],
      }));
    });
  },
};

/** On a device; what is accepted by a local route alone is never answered for. */
function holdsAddress({ links }: MachineFacts, vip: string): boolean {
  return links.some(({ addresses }) => addresses.some(({ address }) => address === vip));
}

function heard(examination: Examination, machine: string): readonly string[] {
  const answers = examination.probes?.vipAnswers ?? [];
  return answers
    .filter(({ mac }) => ownerOfMac(examination, mac)?.name === machine)
    .map(({ asker, device, mac }) => `arping on ${device} of ${asker}: ${mac}, which is ${machine}, answered`);
}
