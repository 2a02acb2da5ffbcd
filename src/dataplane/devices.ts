// The network devices of the calling thread's network namespace that programs can be put on.

import { networkInterfaces } from 'node:os';
import { runCommand } from '../system/mod.ts';
import { MARK_DEVICES } from './mark-rules.ts';

/** The devices of this network namespace that are up and have an address, but for loopback and our own. */
export function listNics(): string[] {
  const own: readonly string[] = Object.values(MARK_DEVICES);
  return Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some((address) => !address.internal))
    .map(([device]) => device.replace(/:.*$/, ''))
    .filter((device, index, all) => all.indexOf(device) === index && !own.includes(device));
}

/** All devices, also those that are down, have no address or are our own. */
export function listDevices(): string[] {
  const { stdout } = runCommand(['ip', '-json', 'link', 'show']);
  return (JSON.parse(stdout || '[]') as { ifname?: string }[]).flatMap(({ ifname }) => ifname ?? []);
}
