// NICs of one network that do not take packets of the same size.

import type { Check, Finding } from '../finding.ts';

export const mtuMismatch: Check = {
  name: 'mtu-mismatch',
  find: ({ cluster, facts }) =>
    cluster.networks.flatMap(({ name: network }) => {
      const plugged = cluster.machines.flatMap((machine) =>
        machine.nics
          .filter((nic) => nic.network === network)
          .flatMap(({ device }) => {
            const link = facts.get(machine.name)?.links.find((each) => each.device === device);
            return link === undefined ? [] : [{ machine: machine.name, device, mtuBytes: link.mtuBytes }];
          }),
      );
      const usual = mostFrequent(plugged.map(({ mtuBytes }) => mtuBytes));
      return plugged
        .filter(({ mtuBytes }) => mtuBytes !== usual)
        .map(
          ({ machine, device, mtuBytes }): Finding => ({
            name: mtuMismatch.name,
            machine,
            summary: `${device} of ${machine} has an MTU of ${mtuBytes}, the others in its network ${usual}`,
            evidence: plugged.map(
              (each) => `ip addr: ${each.device} of ${each.machine} has an MTU of ${each.mtuBytes}`,
            ),
            why:
              'No router is between them that could say so: packets that are too large for the other side vanish. Small ' +
              'requests work, large transfers hang.',
            remedies: [{ machine, command: `ip link set ${device} mtu ${usual}` }],
          }),
        );
    }),
};

/** Of a tie the greatest. */
function mostFrequent(values: readonly number[]): number | undefined {
  const counts = Map.groupBy(values, (value) => value);
  return [...counts].toSorted(([a, as], [b, bs]) => bs.length - as.length || b - a)[0]?.[0];
}
