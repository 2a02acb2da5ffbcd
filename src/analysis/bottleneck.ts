// What was at its limit while so many clients were at work, by counters: links, CPUs, the processes at both ends. Named
// with the figures that say so.

import type { ScaleRun, WindowSample } from '../model/mod.ts';
import { median } from './quantiles.ts';
import { formatSignificant } from './wording.ts';

/** `unknown`: nothing that is counted was at its limit. */
export type BottleneckKind = 'link' | 'client' | 'realserver' | 'CPUs' | 'failures' | 'unknown';

export interface Bottleneck {
  readonly kind: BottleneckKind;
  /** The counters: `director:eth1 carried 97.2 of 100 Mbit/s`. */
  readonly evidence: string;
}

/** Both for what is called busy: a shaper of ours has a link at 95 % of its rate at least, frames counted without preamble. */
const BUSY_LINK = 0.94;
const BUSY_CPU = 0.95;

/** The link and direction that carried most in any window, 10⁶ bit/s. */
export interface BusiestLink {
  readonly link: string;
  readonly mbps: number;
}

export function busiestOf({ links, seconds }: WindowSample): BusiestLink {
  const directions = links.flatMap(({ link, inBytes, outBytes }) => [
    { link, mbps: (inBytes * 8) / seconds / 1e6 },
    { link, mbps: (outBytes * 8) / seconds / 1e6 },
  ]);
  return directions.toSorted((a, b) => b.mbps - a.mbps)[0] ?? { link: '', mbps: 0 };
}

/** Of windows with the same clients; at least one. */
export function findBottleneck({ rateBitsPerSecond }: ScaleRun, windows: readonly WindowSample[]): Bottleneck {
  const typical = (of: (window: WindowSample) => number) => median(windows.map(of));
  const failures = windows
    .flatMap(({ shares }) => shares.flatMap((share) => Object.values(share.failures)))
    .reduce((total, count) => total + count, 0);
  if (failures > 0) return { kind: 'failures', evidence: `${failures} transfers failed` };
  const carriedMbps = typical((window) => busiestOf(window).mbps);
  const rateMbps = (rateBitsPerSecond ?? Number.POSITIVE_INFINITY) / 1e6;
  const { link } = windows.map(busiestOf).toSorted((a, b) => b.mbps - a.mbps)[0] ?? { link: '' };
  const carried = `${link} carried ${formatSignificant(carriedMbps)}`;
  if (carriedMbps >= BUSY_LINK * rateMbps) {
    return { kind: 'link', evidence: `${carried} of ${formatSignificant(rateMbps)} Mbit/s` };
  }
  const busy = typical(({ machineCpuShare }) => machineCpuShare);
  const softirq = typical(({ softirqCpuShare }) => softirqCpuShare);
  const cpus = `all CPUs ${percent(busy)} busy, ${percent(softirq)} with packets`;
  if (busy >= BUSY_CPU) return { kind: 'CPUs', evidence: cpus };
  const client = typical(({ shares }) => Math.max(0, ...shares.map(({ cpuShare }) => cpuShare)));
  if (client >= BUSY_CPU) return { kind: 'client', evidence: `one client used ${percent(client)} of a CPU` };
  const server = typical(({ serverCpuShare }) => serverCpuShare);
  if (server >= BUSY_CPU) return { kind: 'realserver', evidence: `one realserver used ${percent(server)} of a CPU` };
  return { kind: 'unknown', evidence: `${carried} Mbit/s; ${cpus}` };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
