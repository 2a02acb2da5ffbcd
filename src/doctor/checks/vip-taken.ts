// A machine that is not of the cluster and answers ARP for the VIP.

import { ownerOfMac } from '../expected.ts';
import type { Check, Finding } from '../finding.ts';

export const vipTaken: Check = {
  name: 'vip-taken',
  find: (examination) => {
    const { cluster, probes } = examination;
    const strangers = (probes?.vipAnswers ?? []).filter(({ mac }) => ownerOfMac(examination, mac) === undefined);
    return strangers.map(
      ({ asker, device, mac }): Finding => ({
        name: vipTaken.name,
        machine: asker,
        summary: `somebody who is not of this cluster has the VIP ${cluster.vip.address}, too: ${mac}`,
        evidence: [`arping on ${device} of ${asker}: ${mac} answered, which is no NIC of a machine that was looked at`],
        why: 'An address can be at one place only: connections go there and here by turns, or all there.',
        remedies: [],
        advice: `find the machine with this MAC address (the switch knows its port) and give one of the two another address`,
      }),
    );
  },
};
