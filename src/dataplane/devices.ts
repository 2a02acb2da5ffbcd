// The network devices of the calling thread's network namespace that programs can be put on.

import { networkInterfaces } from 'node:os';
import { macAddress, runCommand } from '../system/mod.ts';
import { MARK_DEVICES } from './mark-rules.ts';

/** The devices of this network namespace that are up and have an address, but for loopback and our own. */
function listUsed(): string[] {
  const own: readonly string[] = Object.values(MARK_DEVICES);
  return Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some((address) => !address.internal))
    .map(([device]) => device.replace(/:.*$/, ''))
    .filter((device, index, all) => all.indexOf(device) === index && !own.includes(device));
}

/** Those of them that the programs are for: they look for an IP header behind one of Ethernet. */
export function listNics(): string[] {
  return listUsed().filter((device) => macAddress(device) !== undefined);
}

/** The others: tunnels (tun, WireGuard, GRE), PPP. What comes in there is the stack's. */
export function listUnbalanced(): string[] {
  return listUsed().filter((device) => macAddress(device) === undefined);
}

/** All devices, also those that are down, have no address or are our own. */
export function listDevices(): string[] {
  const { stdout } = runCommand(['ip', '-json', 'link', 'show']);
  return (JSON.parse(stdout || '[]') as { ifname?: string }[]).flatMap(({ ifname }) => ifname ?? []);
}
