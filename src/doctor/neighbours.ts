// Who the client takes to be at the VIP, by its neighbour table, and making it forget that. Pure.

import type { Machine } from '../model/mod.ts';
import { actualHop, ownerOfMac } from './expected.ts';
import type { MachineFacts } from './facts.ts';
import { type Examination, examined, type Remedy } from './finding.ts';

export interface Belief {
  /** The realserver that it takes the VIP to be at. */
  readonly owner: string;
  readonly mac: string;
  readonly device: string;
}

/** Undefined where it asks the director, or nobody. */
export function believedOwner(examination: Examination, { neighbours }: MachineFacts): Belief | undefined {
  for (const { address, device, mac } of neighbours) {
    const owner =
      address === examination.cluster.vip.address && mac !== undefined ? ownerOfMac(examination, mac) : undefined;
    if (owner?.role === 'realserver' && mac !== undefined) return { owner: owner.name, mac, device };
  }
  return undefined;
}

export function forgetNeighbour(machine: Machine, vip: string, device: string): Remedy {
  return { machine: machine.name, command: `ip neigh del ${vip} dev ${device}` };
}

/** Clients that ask for the VIP themselves keep on believing who has answered, also after it has stopped. */
export function forgetAnswers(examination: Examination): readonly Remedy[] {
  const vip = examination.cluster.vip.address;
  return examined(examination, 'client').flatMap(({ machine, facts }) => {
    const hop = actualHop(facts, vip);
    if (hop === undefined || hop.gateway !== undefined) return [];
    return [{ machine: machine.name, command: `ip neigh flush to ${vip} dev ${hop.device}` }];
  });
}
