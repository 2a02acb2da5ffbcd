// Where realservers send their replies: the default gateway, and routes that are more specific than it.

import { type Cluster, type Ipv4, type Machine, networkContains, parseIpv4 } from '../../model/mod.ts';
import {
  actualHop,
  expectedHop,
  formatHop,
  type Hop,
  isSameHop,
  plannedCommands,
  repliesPassDirector,
  requestAddress,
} from '../expected.ts';
import type { MachineFacts, RouteEntry } from '../facts.ts';
import { type Check, type Examination, examined, type Finding } from '../finding.ts';

interface WrongRoute {
  readonly machine: Machine;
  readonly facts: MachineFacts;
  readonly client: Ipv4;
  readonly expected: Hop | undefined;
  readonly actual: Hop | undefined;
  /** The entry that is to blame, where it is not the default route. */
  readonly entry: RouteEntry | undefined;
}

function wrongRoutes(examination: Examination): readonly WrongRoute[] {
  const client = requestAddress(examination.cluster);
  if (client === undefined) return [];
  return examined(examination, 'realserver').flatMap(({ machine, facts }) => {
    const [expected, actual] = [expectedHop(machine, client), actualHop(facts, client)];
    if (isSameHop(expected, actual)) return [];
    return [{ machine, facts, client, expected, actual, entry: specificRoute(facts, client) }];
  });
}

/** The longest route to the address, if it is not the default one. */
function specificRoute({ routes }: MachineFacts, address: Ipv4): RouteEntry | undefined {
  const lengthOf = ({ destination }: RouteEntry) => Number(destination.split('/')[1] ?? 32);
  return routes
    .filter(({ destination }) => destination !== 'default' && covers(destination, address))
    .toSorted((one, other) => lengthOf(other) - lengthOf(one))[0];
}

function covers(destination: string, address: Ipv4): boolean {
  const [text = '', length = '32'] = destination.split('/');
  const base = parseIpv4(text);
  return base !== undefined && networkContains({ base, prefixLength: Number(length) }, address);
}

function why(cluster: Cluster): string {
  if (cluster.method === 'nat') {
    return 'The director must put the VIP back into the replies; past it, they reach the client from an address that it never asked.';
  }
  return repliesPassDirector(cluster)
    ? 'Replies are to pass the director; where they go instead, nobody passes them on.'
    : 'Replies go from the realserver straight to the client; where they go instead, nobody passes them on.';
}

function evidenceOf({ client, expected, actual }: WrongRoute): string {
  return `ip route get ${client}: packets to the client go ${formatHop(actual)}, and should go ${formatHop(expected)}`;
}

export const defaultGateway: Check = {
  name: 'default-gateway',
  follows: { here: ['nic-down'] },
  find: (examination) =>
    wrongRoutes(examination)
      .filter(({ entry }) => entry === undefined)
      .map((wrong): Finding => {
        const { machine, actual } = wrong;
        return {
          name: defaultGateway.name,
          machine: machine.name,
          summary:
            actual === undefined
              ? `${machine.name} has no route to the client`
              : `${machine.name} has the wrong default gateway`,
          evidence: [evidenceOf(wrong)],
          why: why(examination.cluster),
          remedies: plannedCommands(examination, machine, (step) => step.kind === 'route'),
        };
      }),
};

export const asymmetricRoute: Check = {
  name: 'asymmetric-route',
  follows: { here: ['nic-down'] },
  find: (examination) =>
    wrongRoutes(examination).flatMap((wrong): readonly Finding[] => {
      const { machine, entry } = wrong;
      if (entry === undefined) return [];
      const { destination, gateway, device } = entry;
      const words = [
        destination,
        ...(gateway === undefined ? [] : ['via', gateway]),
        ...(device === undefined ? [] : ['dev', device]),
      ];
      return [
        {
          name: asymmetricRoute.name,
          machine: machine.name,
          summary: `replies of ${machine.name} take another way than its default gateway: a route to ${destination}`,
          evidence: [evidenceOf(wrong), `ip route: ${words.join(' ')}`],
          why: why(examination.cluster),
          remedies: [{ machine: machine.name, command: `ip route del ${words.join(' ')}` }],
        },
      ];
    }),
};
