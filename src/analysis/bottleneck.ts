// What was at its limit while so many clients were at work, by counters: links, CPUs, the processes at both ends. Named
// with the figures that say so.

import type { LinkLoad, ScaleRun, WindowSample } from '../model/mod.ts';
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

export function busiestOf(window: WindowSample): BusiestLink {
  const directions = window.links.flatMap((load) => {
    const { inMbps, outMbps } = mbpsOf(load, window);
    return [inMbps, outMbps].map((mbps) => ({ link: load.link, mbps }));
  });
  return directions.toSorted((a, b) => b.mbps - a.mbps)[0] ?? { link: '', mbps: 0 };
}

/** What went over a link in each direction, 10⁶ bit/s. */
export function mbpsOf(load: LinkLoad, window: Pick<WindowSample, 'seconds'>) {
  const { inBytes, outBytes, seconds = window.seconds } = load;
  return { inMbps: (inBytes * 8) / seconds / 1e6, outMbps: (outBytes * 8) / seconds / 1e6 };
}

/** Of windows with the same clients; at least one. */
export function findBottleneck(run: ScaleRun, windows: readonly WindowSample[]): Bottleneck {
  const typical = (of: (window: WindowSample) => number) => median(windows.map(of));
  const failures = windows
    .flatMap(({ shares }) => shares.flatMap((share) => Object.values(share.failures)))
    .reduce((total, count) => total + count, 0);
  if (failures > 0) return { kind: 'failures', evidence: `${failures} transfers failed` };
  const fullest = (window: WindowSample) => fullestOf(run, window);
  const carriedMbps = typical((window) => fullest(window).mbps);
  const { link, rateMbps } = windows.map(fullest).toSorted(byFullness)[0] ?? NO_LINK;
  const carried = link === '' ? 'no link was read' : `${link} carried ${formatSignificant(carriedMbps)}`;
  if (typical((window) => fullest(window).share) >= BUSY_LINK) {
    return { kind: 'link', evidence: `${carried} of ${formatSignificant(rateMbps)} Mbit/s` };
  }
  const busy = typical(({ machineCpuShare = 0 }) => machineCpuShare);
  const softirq = typical(({ softirqCpuShare = 0 }) => softirqCpuShare);
  const cpus = windows.every(({ machineCpuShare }) => machineCpuShare === undefined)
    ? 'no CPU was read'
    : `${whoseCpus(windows)} ${percent(busy)} busy, ${percent(softirq)} with packets`;
  if (busy >= BUSY_CPU) return { kind: 'CPUs', evidence: cpus };
  const client = typical(({ shares }) => Math.max(0, ...shares.map(({ cpuShare }) => cpuShare)));
  if (client >= BUSY_CPU) return { kind: 'client', evidence: `one client used ${percent(client)} of a CPU` };
  const server = typical(({ serverCpuShare = 0 }) => serverCpuShare);
  if (server >= BUSY_CPU) return { kind: 'realserver', evidence: `one realserver used ${percent(server)} of a CPU` };
  return { kind: 'unknown', evidence: `${carried}${link === '' ? '' : ' Mbit/s'}; ${cpus}` };
}

interface FullestLink extends BusiestLink {
  readonly rateMbps: number;
  /** Of its rate; 0 where nobody knows that. */
  readonly share: number;
}

const NO_LINK: FullestLink = { link: '', mbps: 0, rateMbps: Number.POSITIVE_INFINITY, share: 0 };

/** The link that had least of its rate left; of links without a rate, the busiest. */
function fullestOf(run: ScaleRun, window: WindowSample): FullestLink {
  const links = window.links.map((load): FullestLink => {
    const { inMbps, outMbps } = mbpsOf(load, window);
    const [mbps, rateMbps] = [Math.max(inMbps, outMbps), rateOf(run, load.link)];
    return { link: load.link, mbps, rateMbps, share: mbps / rateMbps };
  });
  return links.toSorted(byFullness)[0] ?? NO_LINK;
}

function byFullness(a: FullestLink, b: FullestLink): number {
  return b.share - a.share || b.mbps - a.mbps;
}

/** 10⁶ bit/s: of every link of a lab, or what a host says of its NIC. */
function rateOf({ rateBitsPerSecond, hosts = [] }: ScaleRun, link: string): number {
  if (rateBitsPerSecond !== undefined) return rateBitsPerSecond / 1e6;
  const nics = hosts.flatMap(({ machine, found }) => (found?.nics ?? []).map((nic) => ({ machine, ...nic })));
  const nic = nics.find(({ machine, device }) => `${machine}:${device}` === link);
  return nic?.rateMbps ?? Number.POSITIVE_INFINITY;
}

/** All machines of a lab have the same ones; of hosts those are meant that were busiest. */
function whoseCpus(windows: readonly WindowSample[]): string {
  const [busiest] = windows.flatMap(({ hosts = [] }) => hosts).toSorted((a, b) => b.cpuShare - a.cpuShare);
  return busiest === undefined ? 'all CPUs' : `${busiest.machine}’s CPUs`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
