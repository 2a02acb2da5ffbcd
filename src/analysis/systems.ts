// What each system is called in a report, which way its packets go, and what it is fairly compared with.

import { SYSTEM_NAMES, type SystemName } from '../model/mod.ts';

interface SystemFacts {
  readonly label: string;
  readonly path: string;
  readonly baseline: SystemName | undefined;
  /** What accounts for the difference from the baseline. */
  readonly difference: string;
}

const FACTS: Readonly<Record<SystemName, SystemFacts>> = {
  direct: {
    label: 'direct',
    path: 'client and realserver on one wire, no director',
    baseline: 'forward',
    difference: 'no director on the way',
  },
  forward: {
    label: 'forward',
    path: 'plain kernel routing by the director, both ways',
    baseline: undefined,
    difference: 'the baseline itself',
  },
  'forward-oneway': {
    label: 'forward-oneway',
    path: 'requests routed by the director, replies straight to the client',
    baseline: 'forward',
    difference: 'replies pass one hop less',
  },
  nat: {
    label: 'VS-NAT',
    path: 'addresses rewritten by the director, both ways',
    baseline: 'forward',
    difference: 'connection look-up, addresses rewritten both ways',
  },
  dr: {
    label: 'VS-DR',
    path: 'requests sent on by MAC address, replies straight to the client',
    baseline: 'forward-oneway',
    difference: 'connection look-up, a new MAC address',
  },
  'dr-martian': {
    label: 'martian VS-DR',
    path: 'requests sent on by MAC address, replies routed by the director',
    baseline: 'forward',
    difference: 'connection look-up and a new MAC address on the way there',
  },
  tun: {
    label: 'VS-TUN',
    path: 'requests encapsulated IP in IP, replies straight to the client',
    baseline: 'forward-oneway',
    difference: 'connection look-up, encapsulation, decapsulation',
  },
  nftables: {
    label: 'nftables',
    path: "the kernel's own DNAT with connection tracking, both ways",
    baseline: 'forward',
    difference: 'connection tracking, addresses rewritten both ways',
  },
};

/** `nat` → `VS-NAT`: the name that reports use. */
export function systemLabel(system: SystemName): string {
  return FACTS[system].label;
}

/** The system that results or reports call so, `dr` or `VS-DR`; undefined where it is another name. */
export function systemNamed(name: string): SystemName | undefined {
  return SYSTEM_NAMES.find((system) => name === system || name === systemLabel(system));
}

/** The way of the packets in a phrase. */
export function systemPath(system: SystemName): string {
  return FACTS[system].path;
}

/** What accounts for the difference from its baseline, in a phrase. */
export function differenceOf(system: SystemName): string {
  return FACTS[system].difference;
}

/**
 * What a system's cost is measured against: routing over the same hops. VS-NAT, martian VS-DR and nftables carry replies
 * too, as `forward` does; VS-DR and VS-TUN do not, as `forward-oneway`. `direct` and `forward-oneway` against `forward`
 * tell what the hops themselves cost.
 */
export function baselineOf(system: SystemName): SystemName | undefined {
  return FACTS[system].baseline;
}

/** Systems that a reader chooses between, compared with each other as well; the first over the second. */
export const RIVALS: readonly (readonly [SystemName, SystemName])[] = [
  ['tun', 'dr'],
  ['nat', 'dr'],
  ['dr-martian', 'dr'],
  ['nat', 'nftables'],
];
