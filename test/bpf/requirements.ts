// Whether BPF programs can be run here. In CI as root they must: what is missing fails there instead of skipping.

import { release } from 'node:os';
import { libbpf } from '../../src/dataplane/libbpf.ts';

function missing(): string | undefined {
  if (process.geteuid?.() !== 0) return 'needs root';
  if (process.env.CI) return undefined;
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (major < 5 || (major === 5 && minor < 15)) return `needs Linux 5.15, this is ${release()}`;
  try {
    libbpf();
  } catch (error) {
    return `needs libbpf: ${(error as Error).message}`;
  }
  return undefined;
}

/** Why tests that run BPF programs are skipped, for node:test's `skip`; false when they run. */
export const BPF_MISSING: string | false = missing() ?? false;
