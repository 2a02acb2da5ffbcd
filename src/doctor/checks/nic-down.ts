// NICs that are down, or are not there.

import { plannedCommands } from '../expected.ts';
import type { Check, Finding } from '../finding.ts';

export const nicDown: Check = {
  name: 'nic-down',
  find: (examination) =>
    examination.cluster.machines.flatMap((machine) => {
      const facts = examination.facts.get(machine.name);
      if (facts === undefined) return [];
      const down = machine.nics.filter(({ device }) => !facts.links.some((link) => link.device === device && link.up));
      return down.map(({ device, address }): Finding => {
        const exists = facts.links.some((link) => link.device === device);
        return {
          name: nicDown.name,
          machine: machine.name,
          summary: `${device} of ${machine.name} is ${exists ? 'down' : 'not there'}`,
          evidence: [exists ? `ip addr: ${device} has no flag UP` : `ip addr lists no ${device}`],
          why: `${machine.name} cannot be reached at ${address}.`,
          remedies: exists
            ? [
                { machine: machine.name, command: `ip link set ${device} up` },
                // The kernel forgets a device's routes when it goes down.
                ...plannedCommands(
                  examination,
                  machine,
                  (step) => step.kind === 'route' && step.route.device === device,
                ),
              ]
            : [],
        };
      });
    }),
};
