// Transparent proxy on a realserver by netfilter: packets for a VIP that is on no device reach a socket by TPROXY or by
// REDIRECT. The third way, AnyIP, is a route alone and part of the realserver's plan.

import type { Ipv4 } from '../model/mod.ts';
import { runCommand } from '../system/mod.ts';
import { applyRuleset, readCounters } from './nft.ts';

export type NetfilterWay = 'tproxy' | 'redirect';

const TABLE = 'lvskit_transparent_proxy';
const COUNTER = 'accepted';
/** Of packets that a socket has been found for; with it they are routed to this host. */
const MARK = 1;
const ROUTING_TABLE = 100;

/** The ruleset. It counts every packet under TPROXY; under REDIRECT the first one of each connection. */
function formatTransparentProxy(way: NetfilterWay, vip: Ipv4): string {
  const chain = {
    // The VIP again: without an address netfilter would look for a socket at the NIC's own one.
    tproxy: [
      'type filter hook prerouting priority mangle;',
      `ip daddr ${vip} meta l4proto { tcp, udp } tproxy to ${vip} meta mark set ${MARK} counter name ${COUNTER} accept`,
    ],
    redirect: ['type nat hook prerouting priority dstnat;', `ip daddr ${vip} counter name ${COUNTER} redirect`],
  }[way];
  return [
    `table ip ${TABLE} {`,
    `  counter ${COUNTER} {}`,
    '  chain prerouting {',
    ...chain.map((line) => `    ${line}`),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** From now on the realserver takes packets for the VIP. Throws COMMAND_NOT_FOUND, COMMAND_FAILED. */
export function applyTransparentProxy(namespacePath: string, way: NetfilterWay, vip: Ipv4): void {
  applyRuleset(namespacePath, formatTransparentProxy(way, vip));
  if (way === 'redirect') return;
  const ip = (words: string) => runCommand(['nsenter', `--net=${namespacePath}`, 'ip', ...words.split(' ')]);
  ip(`route add local ${vip}/32 dev lo table ${ROUTING_TABLE}`);
  ip(`rule add fwmark ${MARK} lookup ${ROUTING_TABLE}`);
}

/** Packets that the ruleset has taken since it was put in. */
export function readAccepted(namespacePath: string): number {
  return readCounters(namespacePath, TABLE)(COUNTER);
}
