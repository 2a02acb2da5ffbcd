// The JSON of iproute2 → facts. Pure.

import type { LinkFacts, Neighbour, RouteDecision, RouteEntry } from './facts.ts';

interface IpAddress {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly label?: string;
}

interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address?: string;
  readonly addr_info?: readonly IpAddress[];
}

interface IpRoute {
  readonly type?: string;
  readonly dst: string;
  readonly dev?: string;
  readonly gateway?: string;
}

interface IpNeighbour {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
  readonly state?: readonly string[];
}

/** Of `ip -json addr`. */
export function parseLinks(text: string): readonly LinkFacts[] {
  return parseArrays<IpLink>(text).map(({ ifname, flags, mtu, address = '', addr_info = [] }) => ({
    device: ifname,
    up: flags.includes('UP'),
    mtuBytes: mtu,
    mac: address,
    addresses: addr_info
      .filter(({ family }) => family === 'inet')
      .map(({ local, prefixlen, label }) => ({ address: local, prefixLength: prefixlen, label: label ?? ifname })),
  }));
}

/** Of `ip -json -batch` with lines of `route get`: an array for each that has a route. */
export function parseDecisions(text: string): ReadonlyMap<string, RouteDecision> {
  const decisions = parseArrays<IpRoute>(text).map(({ type, dst, dev = '', gateway }): RouteDecision => {
    return { destination: dst, local: type === 'local', device: dev, gateway };
  });
  return new Map(decisions.map((decision) => [decision.destination, decision]));
}

/** Of `ip -json route`. */
export function parseRoutes(text: string): readonly RouteEntry[] {
  return parseArrays<IpRoute>(text).map(({ dst, dev, gateway }) => ({ destination: dst, device: dev, gateway }));
}

/** Of `ip -json neigh`. */
export function parseNeighbours(text: string): readonly Neighbour[] {
  return parseArrays<IpNeighbour>(text).map(({ dst, dev, lladdr, state = [] }) => ({
    address: dst,
    device: dev,
    mac: state.includes('FAILED') ? undefined : lladdr,
  }));
}

/** One or more JSON arrays behind each other, each on lines of its own; iproute2 prints nothing for an empty list. */
function parseArrays<T>(text: string): readonly T[] {
  const joined = text.trim().replaceAll(/\]\s*\n\s*\[/g, '],[');
  return (JSON.parse(`[${joined}]`) as readonly (readonly T[])[]).flat();
}
