// TCP packets that arrive with a wrong checksum. TCP throws them away and says nothing, so that connections hang.

import type { Check, Finding } from '../finding.ts';

export const checksum: Check = {
  name: 'checksum',
  find: ({ cluster, probes }) =>
    cluster.machines.flatMap((machine): readonly Finding[] => {
      const count = probes?.badChecksums.get(machine.name) ?? 0;
      if (count === 0) return [];
      return [
        {
          name: checksum.name,
          machine: machine.name,
          summary: `TCP packets reach ${machine.name} with a wrong checksum`,
          evidence: [`/proc/net/snmp: Tcp InCsumErrors rose by ${count} while the doctor made its connections`],
          why: 'A NIC or its driver gets checksums wrong that the kernel has left to it, or something on the way damages packets.',
          remedies: [],
          advice:
            `at each sender in turn, \`ethtool -K NIC tx off\`, then run the doctor again; if none of them is to blame, look at ` +
            `${machine.nics.map(({ device }) => `\`ethtool -S ${device}\``).join(', ')} and at the cable and switch before it`,
        },
      ];
    }),
};
