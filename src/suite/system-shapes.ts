// What makes a system: who forwards on the director, which way replies go, and how packets for the VIP are taken in. Pure.

import type { ForwardingMethod, SystemName } from '../model/mod.ts';
import { comparisonImpossible } from './errors.ts';

/** `tp`, transparent proxy: the VIP is on no device, and a local route makes packets for it the director's own. */
export type DirectorAcceptance = 'vip' | 'tp';

/**
 * How realservers of VS-DR take packets for the VIP as their own. `vip`: it is on lo, and they keep silent about it. The
 * others are transparent proxy, with the VIP on no device: `anyip`, by a local route; `tproxy`, by a netfilter rule that hands
 * them to a socket that listens transparently; `redirect`, by one that rewrites their destination, which takes connection tracking.
 */
export type RealserverAcceptance = 'vip' | 'anyip' | 'tproxy' | 'redirect';

/** How packets of a system get from the client to the realserver and back. */
export interface SystemShape {
  /** Straight, past the director; by its plain routing; by a load balancer on it. */
  readonly director: 'none' | 'routing' | ForwardingMethod | 'nftables';
  /** Whether replies pass the director too. */
  readonly replies: 'through-director' | 'straight';
  readonly directorAccepts: DirectorAcceptance;
  /** Of no meaning but under VS-DR. */
  readonly realserversAccept: RealserverAcceptance;
}

type Way = Pick<SystemShape, 'director' | 'replies'>;

const WAYS: Readonly<Record<SystemName, Way>> = {
  direct: { director: 'none', replies: 'straight' },
  forward: { director: 'routing', replies: 'through-director' },
  'forward-oneway': { director: 'routing', replies: 'straight' },
  nat: { director: 'nat', replies: 'through-director' },
  dr: { director: 'dr', replies: 'straight' },
  'dr-martian': { director: 'dr', replies: 'through-director' },
  tun: { director: 'tun', replies: 'straight' },
  nftables: { director: 'nftables', replies: 'through-director' },
};

/** Throws COMPARE_IMPOSSIBLE for transparent proxy where there is no VS-DR. */
export function shapeOf(
  system: SystemName,
  { directorAccepts = 'vip', realserversAccept = 'vip' }: Partial<SystemShape>,
): SystemShape {
  const way = WAYS[system];
  if (way.director !== 'dr' && (directorAccepts !== 'vip' || realserversAccept !== 'vip')) {
    throw comparisonImpossible(`${system} has no transparent proxy`, 'accept by it under dr or dr-martian');
  }
  return { ...way, directorAccepts, realserversAccept };
}

/** Whether somebody on the director takes what is for the VIP, and shares it out. */
export function isBalanced({ director }: Pick<SystemShape, 'director'>): boolean {
  return director !== 'none' && director !== 'routing';
}

/** Whether lvskit's data plane does. */
export function isLvskit({ director }: Pick<SystemShape, 'director'>): boolean {
  return director === 'nat' || director === 'dr' || director === 'tun';
}

/** Whether the kernel of the director passes packets on: all of them, or the replies that VS-DR leaves to it. */
export function isForwardedByKernel(shape: SystemShape): boolean {
  if (shape.director === 'routing' || shape.director === 'nftables') return true;
  return isMartian(shape);
}

/** Whether packets from the VIP come in at the director, whose own the VIP is. */
export function isMartian({ director, replies }: SystemShape): boolean {
  return director === 'dr' && replies === 'through-director';
}
