// Whether a process still runs: one that has ended may wait for its parent to look.

import { readFileSync } from 'node:fs';

export function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
