// A director that should pass packets on and has forwarding switched off.

import { repliesPassDirector } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

const KEY = 'net.ipv4.ip_forward';

export const ipForward: Check = {
  name: 'ip-forward',
  find: (examination) => {
    // Of VS-DR and VS-TUN the kernel forwards nothing: lvskit sends requests by itself, replies do not come by.
    if (!repliesPassDirector(examination.cluster) || !examination.cluster.forwardingEnabled) return [];
    return examined(examination, 'director').flatMap(({ machine, facts }) => {
      if (!machine.forwardsPackets || facts.sysctls.get(KEY) !== '0') return [];
      return [
        {
          name: ipForward.name,
          machine: machine.name,
          summary: `${machine.name} passes no packets on`,
          evidence: [`${KEY} is 0`],
          why:
            examination.cluster.method === 'nat'
              ? 'It is the realservers’ gateway: their own packets end there, and so do all that lvskit leaves to the kernel.'
              : 'Replies come back through it, and the kernel drops what it may not pass on.',
          remedies: [{ machine: machine.name, command: `sysctl -w ${KEY}=1` }],
        },
      ];
    });
  },
};
