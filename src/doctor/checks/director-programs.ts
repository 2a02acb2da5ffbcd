// The director's own presence: whether it can be asked, is there at all, and on every NIC.

import { plannedCommands } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

export const directorDown: Check = {
  name: 'director-down',
  find: (examination) =>
    examined(examination, 'director').flatMap(({ machine, facts: { director } }) => {
      if (director?.state !== 'down' || examination.cluster.services.length === 0) return [];
      return [
        {
          name: directorDown.name,
          machine: machine.name,
          summary: 'there is no director',
          evidence: ['lvskit metrics: there is no director in this network namespace'],
          why: 'What comes for the VIP ends at this machine, which has no such services: connections are refused.',
          remedies: [
            { machine: machine.name, command: 'lvskit director up' },
            ...plannedCommands(examination, machine, ({ kind }) => kind === 'service'),
          ],
        },
      ];
    }),
};

export const directorDetached: Check = {
  name: 'director-detached',
  find: (examination) =>
    examined(examination, 'director').flatMap(({ machine, facts: { director } }) => {
      if (director?.state !== 'up') return [];
      const attached = director.nics.filter((nic) => nic.attached).map(({ device }) => device);
      const lost = machine.nics.map(({ device }) => device).filter((device) => !attached.includes(device));
      if (lost.length === 0) return [];
      return [
        {
          name: directorDetached.name,
          machine: machine.name,
          summary: `the director is not attached to ${lost.join(', ')}`,
          evidence: lost.map((device) => `lvskit director status: ${device} (not attached)`),
          why:
            'Packets that come in there are not seen: requests are not balanced, and replies under VS-NAT keep the ' +
            'realserver’s address. Whoever removes the clsact qdisc takes the director with it.',
          remedies: [{ machine: machine.name, command: 'lvskit director up' }],
        },
      ];
    }),
};

export const directorUnknown: Check = {
  name: 'director-unknown',
  find: (examination) =>
    examined(examination, 'director').flatMap(({ machine, facts: { director } }) => {
      if (director?.state !== 'unknown' || examination.cluster.services.length === 0) return [];
      return [
        {
          name: directorUnknown.name,
          machine: machine.name,
          summary: 'the director cannot be asked for its services',
          evidence: [`lvskit metrics: ${director.said}`],
          why: 'Whether it has the services and servers of the conf, and is on its NICs, is not known.',
          remedies: [],
          advice: `make \`lvskit metrics\` work on ${machine.name}; a director of the kernel's IPVS is looked at with ipvsadm`,
        },
      ];
    }),
};
