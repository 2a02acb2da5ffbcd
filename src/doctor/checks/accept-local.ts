// Martian VS-DR: a director that takes replies from its own VIP for forgeries.

import { settingKey } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

export const acceptLocal: Check = {
  name: 'accept-local',
  find: (examination) =>
    examined(examination, 'director').flatMap(({ machine, facts }) => {
      const keys = ['all', ...machine.nics.map(({ device }) => device)].map((place) =>
        settingKey(place, 'accept_local'),
      );
      if (!machine.acceptsLocalSource || keys.some((key) => Number(facts.sysctls.get(key) ?? 0) > 0)) return [];
      return [
        {
          name: acceptLocal.name,
          machine: machine.name,
          summary: 'the director drops the replies, because they come in with its own VIP as their source',
          evidence: keys.map((key) => `${key} is ${facts.sysctls.get(key) ?? 'not there'}`),
          why: 'It is the realservers’ gateway. To the kernel a packet from outside with one of its own addresses is a martian.',
          remedies: [{ machine: machine.name, command: `sysctl -w ${settingKey('all', 'accept_local')}=1` }],
        },
      ];
    }),
};
