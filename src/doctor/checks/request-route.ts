// Where the client sends its requests: to the director, to a realserver past it, or nowhere.

import { actualHop, expectedHop, formatHop, isSameHop, ownerOf, plannedCommands } from '../expected.ts';
import { type Check, examined, type Finding } from '../finding.ts';
import { believedOwner, forgetNeighbour } from '../neighbours.ts';

const WHY_DIRECT =
  'Everything seems to work, but this client has one realserver for itself: nothing is balanced, and when that ' +
  'realserver goes, the service is gone.';

export const directClient: Check = {
  name: 'direct-client',
  // Who hears two answers may believe the wrong one.
  follows: { anywhere: ['arp-vip', 'vip-device', 'arp-announce'] },
  find: (examination) => {
    const vip = examination.cluster.vip.address;
    return examined(examination, 'client').flatMap(({ machine, facts }): readonly Finding[] => {
      const hop = actualHop(facts, vip);
      const finding = (realserver: string, evidence: string, remedies: Finding['remedies']): Finding => ({
        name: directClient.name,
        machine: machine.name,
        summary: `${machine.name} sends what is for the VIP straight to ${realserver}`,
        evidence: [evidence],
        why: WHY_DIRECT,
        remedies,
      });
      const router = hop?.gateway === undefined ? undefined : ownerOf(examination.cluster, hop.gateway);
      if (router?.role === 'realserver') {
        const routes = plannedCommands(examination, machine, (step) => step.kind === 'route');
        return [
          finding(router.name, `ip route get ${vip}: it goes ${formatHop(hop)}, which is ${router.name}`, routes),
        ];
      }
      const known = hop?.gateway === undefined ? believedOwner(examination, facts) : undefined;
      if (known === undefined) return [];
      const { mac, device, owner } = known;
      return [
        finding(owner, `ip neigh: ${vip} is at ${mac}, which is ${owner}`, [forgetNeighbour(machine, vip, device)]),
      ];
    });
  },
};

export const clientRoute: Check = {
  name: 'client-route',
  follows: { here: ['nic-down', 'direct-client'] },
  find: (examination) => {
    const vip = examination.cluster.vip.address;
    return examined(examination, 'client').flatMap(({ machine, facts }) => {
      const [expected, actual] = [expectedHop(machine, vip), actualHop(facts, vip)];
      if (isSameHop(expected, actual)) return [];
      return [
        {
          name: clientRoute.name,
          machine: machine.name,
          summary: `${machine.name} does not send what is for the VIP ${vip} to the director`,
          evidence: [`ip route get ${vip}: it goes ${formatHop(actual)}, and should go ${formatHop(expected)}`],
          why: 'Its requests reach nobody who knows the VIP.',
          remedies: plannedCommands(examination, machine, (step) => step.kind === 'route'),
        },
      ];
    });
  },
};
