// By what a boot of a kernel is known: processes for which it is the same share a clock.

import { readFileSync } from 'node:fs';

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
