// The reverse path filter where packets rightly come in by another way than their answers would go out.

import type { Machine } from '../../model/mod.ts';
import {
  effectiveSetting,
  expectedHop,
  machineOfRole,
  repliesPassDirector,
  switchOff,
  tellSettings,
} from '../expected.ts';
import type { MachineFacts } from '../facts.ts';
import type { Check, Examination } from '../finding.ts';

/** 1 is strict; 2, loose, lets pass what there is any route to. */
const STRICT = 1;

interface Arrival {
  readonly machine: Machine;
  readonly device: string;
  /** What comes in there. */
  readonly what: string;
}

export const rpFilter: Check = {
  name: 'rp-filter',
  find: (examination) =>
    unusualArrivals(examination).flatMap(({ machine, device, what }) => {
      const facts = examination.facts.get(machine.name);
      if (facts === undefined || !isStrict(facts, device)) return [];
      return [
        {
          name: rpFilter.name,
          machine: machine.name,
          summary: `the reverse path filter of ${machine.name} drops ${what}`,
          evidence: [tellSettings(facts, device, 'rp_filter')],
          why: `They come in by ${device}, but an answer to their source would not go out there: strict filtering takes that for a forgery.`,
          remedies: switchOff(machine, facts, device, 'rp_filter'),
        },
      ];
    }),
};

/** Only a device that this kernel has can be strict. */
function isStrict(facts: MachineFacts, device: string): boolean {
  return facts.links.some((link) => link.device === device) && effectiveSetting(facts, device, 'rp_filter') === STRICT;
}

function unusualArrivals({ cluster }: Examination): readonly Arrival[] {
  const [director, client] = [machineOfRole(cluster, 'director'), machineOfRole(cluster, 'client')];
  if (cluster.method === 'nat' || director === undefined || client === undefined) return [];
  const realservers = cluster.machines.filter(({ role }) => role === 'realserver');
  const inside = realservers[0]?.nics[0]?.network;
  const replies = 'replies from the VIP';
  const tunnelled = realservers.map((machine) => ({ machine, device: 'tunl0', what: 'what comes out of the tunnel' }));
  const fromTunnels = cluster.method === 'tun' ? tunnelled : [];
  if (repliesPassDirector(cluster)) {
    const nics = director.nics.filter(({ network }) => network === inside);
    return [...fromTunnels, ...nics.map(({ device }) => ({ machine: director, device, what: replies }))];
  }
  const requests = expectedHop(client, cluster.vip.address)?.device;
  const nics = client.nics.filter(({ network, device }) => network === inside && device !== requests);
  return [...fromTunnels, ...nics.map(({ device }) => ({ machine: client, device, what: replies }))];
}
