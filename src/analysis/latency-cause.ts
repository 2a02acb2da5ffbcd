// The paper's last column: what a latency is made of. From the fit, the MTU and the paired differences alone.

import type { Run } from '../model/mod.ts';
import type { SystemAnalysis } from './analysis.ts';
import type { Estimate } from './bootstrap.ts';
import { differenceOf, systemLabel } from './systems.ts';

/** A pole within this factor of the MTU is what the paper saw, and explained by the MTU. */
const POLE_NEAR_MTU = 2;

/** Whether the MTU can be the cause of a pole: packets are no larger than it, and the pole is about there. */
export function isPoleAtMtu({ environment }: Run, poleBytes: number): boolean {
  const factor = poleBytes / environment.mtu;
  return !environment.offloads && factor >= 1 / POLE_NEAR_MTU && factor <= POLE_NEAR_MTU;
}

/** `forward + 0.77 µs (0.68 to 0.87): …`, or for a system without baseline what its own latency is. */
export function explainLatency(run: Run, { system, fit, comparison }: SystemAnalysis): string {
  if (comparison?.smallBlockAddedNs !== undefined) {
    const added = comparison.smallBlockAddedNs;
    const base = systemLabel(comparison.baseline);
    const [sign, magnitude] = added.value < 0 ? ['−', mirror(added)] : ['+', added];
    return `${base} ${sign} ${formatUs(magnitude)}: ${differenceOf(system)}`;
  }
  if (fit !== undefined && isPoleAtMtu(run, fit.poleBytes.value)) return 'mtu: a packet costs the same, however full';
  return 'fixed work of a block: system calls, TCP, every hop';
}

function mirror({ value, low, high }: Estimate): Estimate {
  return { value: -value, low: -high, high: -low };
}

function formatUs({ value, low, high }: Estimate): string {
  const [valueUs, lowUs, highUs] = [value, low, high].map((ns) => (ns / 1000).toFixed(2).replace('-', '−'));
  return `${valueUs} µs (${lowUs} to ${highUs})`;
}
