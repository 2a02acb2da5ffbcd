// Which devices this network namespace has. Read from /proc, because to ask the kernel for a device by name
// (SIOCGIFINDEX, also as a last resort of `ip link show dev`) loads the module that makes it: tunl0 would be there.

import { readFileSync } from 'node:fs';

export function listDevices(): readonly string[] {
  return parseDevices(readFileSync('/proc/thread-self/net/dev', 'utf8'));
}

/** Exported for tests: two lines of heading, then `  eth0: 1 2 3 …`. */
export function parseDevices(text: string): readonly string[] {
  return text
    .split('\n')
    .slice(2)
    .flatMap((line) => /^\s*(\S+):\s/.exec(line)?.[1] ?? []);
}

export function deviceExists(device: string): boolean {
  return listDevices().includes(device);
}
