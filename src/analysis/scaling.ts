// Windows of a scale run → for each system and number of realservers, a curve over the number of clients: throughput in
// the common window beside the sum of what clients say of themselves, fairness, split, and what was the limit.

import type { ScaleRun, SystemName, WindowSample } from '../model/mod.ts';
import { type Estimate, estimateMedian } from './bootstrap.ts';
import { median } from './quantiles.ts';
import { fitScalabilityLaw, type ScalabilityLaw } from './scalability-law.ts';

export interface ScalePoint {
  readonly clients: number;
  /** Payload of all clients in the window, 10⁶ bit/s. */
  readonly throughputMbps: Estimate;
  /** Transfers of all clients that ended in the window. */
  readonly transfersPerSecond: Estimate;
  /** The sum of what each client says of itself, over its own time; what misled who had no common window. */
  readonly unsynchronisedMbps: Estimate;
  /** What the busiest link carried in one direction, headers included, 10⁶ bit/s; and which it was. */
  readonly carriedMbps: number;
  readonly busiestLink: string;
  /** Jain's index of the clients' throughputs: 1 when all are alike, 1/n when one has everything. */
  readonly fairness: number;
  /** The same of the connections that the realservers were given; undefined where nobody counts them. */
  readonly split: number | undefined;
  readonly failures: number;
  /** Shares of clients whose transfers did not cover the window from its start: their sum is too low. */
  readonly late: number;
  readonly lost: readonly string[];
  readonly drops: number;
  readonly machineCpuShare: number;
  readonly bottleneck: Bottleneck;
}

/** `unknown`: nothing that is counted was at its limit. */
export type Bottleneck = 'link' | 'client' | 'CPUs' | 'failures' | 'unknown';

export interface ScaleCurve {
  readonly system: SystemName;
  readonly realservers: number;
  /** Ascending by clients. */
  readonly points: readonly ScalePoint[];
  /** Of throughput over clients. */
  readonly law: ScalabilityLaw | undefined;
  /** The number of clients from which one more adds less than half of what the first one did; undefined before that. */
  readonly knee: number | undefined;
}

const BUSY_LINK = 0.95;
const BUSY_CPU = 0.95;
const COVERED = 0.99;
/** A client that adds less than this share of the first one's throughput is behind the knee. */
const KNEE_SHARE = 0.5;

export function analyseScaling(run: ScaleRun, samples: readonly WindowSample[]): readonly ScaleCurve[] {
  return run.realservers.flatMap((realservers) =>
    run.systems.flatMap((system) => {
      const own = samples.filter((sample) => sample.system === system && sample.realservers === realservers);
      const points = run.clients
        .toSorted((a, b) => a - b)
        .flatMap((clients) => {
          const windows = own.filter((sample) => sample.clients === clients);
          return windows.length === 0 ? [] : [pointOf(run, clients, windows)];
        });
      if (points.length === 0) return [];
      const loads = points
        .filter(({ throughputMbps }) => throughputMbps.value > 0)
        .map(({ clients, throughputMbps }) => ({ load: clients, throughput: throughputMbps.value }));
      return [{ system, realservers, points, law: fitScalabilityLaw(loads), knee: kneeOf(points) }];
    }),
  );
}

function pointOf(run: ScaleRun, clients: number, windows: readonly WindowSample[]): ScalePoint {
  const over = (of: (window: WindowSample) => number) => windows.map(of);
  const busiest = windows.map(busiestOf).toSorted((a, b) => b.mbps - a.mbps)[0];
  const carriedMbps = median(over((window) => busiestOf(window).mbps));
  const cpu = median(over(({ machineCpuShare }) => machineCpuShare));
  const clientCpu = median(over(({ shares }) => Math.max(0, ...shares.map(({ cpuShare }) => cpuShare))));
  const failures = sum(over(({ shares }) => sum(shares.flatMap((share) => Object.values(share.failures)))));
  const splits = windows.flatMap(({ connections }) => {
    const counts = Object.values(connections);
    return sum(counts) === 0 ? [] : [jain(counts)];
  });
  return {
    clients,
    throughputMbps: estimateMedian(over(({ shares }) => (sum(shares.map(payloadOf)) * 8) / run.windowSeconds / 1e6)),
    transfersPerSecond: estimateMedian(
      over(({ shares }) => sum(shares.map((each) => each.transfers)) / run.windowSeconds),
    ),
    unsynchronisedMbps: estimateMedian(over(({ shares }) => sum(shares.map(ownMbps)))),
    carriedMbps,
    busiestLink: busiest?.link ?? '',
    fairness: median(over(({ shares }) => jain(shares.map(payloadOf)))),
    split: splits.length === 0 ? undefined : median(splits),
    failures,
    late: sum(over(({ shares }) => shares.filter(({ covered }) => covered < COVERED).length)),
    lost: [...new Set(windows.flatMap(({ lost }) => lost.map(({ client }) => client)))],
    drops: sum(over(({ drops }) => drops)),
    machineCpuShare: cpu,
    bottleneck: bottleneckOf(run, { carriedMbps, cpu, clientCpu, failures }),
  };
}

function bottleneckOf(
  { rateBitsPerSecond }: ScaleRun,
  { carriedMbps, cpu, clientCpu, failures }: { carriedMbps: number; cpu: number; clientCpu: number; failures: number },
): Bottleneck {
  if (failures > 0) return 'failures';
  if (rateBitsPerSecond !== undefined && carriedMbps * 1e6 >= BUSY_LINK * rateBitsPerSecond) return 'link';
  if (cpu >= BUSY_CPU) return 'CPUs';
  return clientCpu >= BUSY_CPU ? 'client' : 'unknown';
}

/** The link and direction that carried most. */
function busiestOf({ links, seconds }: WindowSample): { readonly link: string; readonly mbps: number } {
  const directions = links.flatMap(({ link, inBytes, outBytes }) => [
    { link, mbps: (inBytes * 8) / seconds / 1e6 },
    { link, mbps: (outBytes * 8) / seconds / 1e6 },
  ]);
  return directions.toSorted((a, b) => b.mbps - a.mbps)[0] ?? { link: '', mbps: 0 };
}

/** R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness (1984): (Σx)² / (n · Σx²). 1 of nothing. */
export function jain(values: readonly number[]): number {
  const squares = sum(values.map((value) => value ** 2));
  return squares === 0 ? 1 : sum(values) ** 2 / (values.length * squares);
}

function kneeOf(points: readonly ScalePoint[]): number | undefined {
  const [first] = points;
  if (first === undefined) return undefined;
  const each = first.throughputMbps.value / first.clients;
  for (let index = 1; index < points.length; index++) {
    const [before, here] = [points[index - 1] as ScalePoint, points[index] as ScalePoint];
    const added = (here.throughputMbps.value - before.throughputMbps.value) / (here.clients - before.clients);
    if (added < KNEE_SHARE * each) return before.clients;
  }
  return undefined;
}

function payloadOf({ payloadBytes }: { readonly payloadBytes: number }): number {
  return payloadBytes;
}

function ownMbps({ own }: WindowSample['shares'][number]): number {
  return own.seconds === 0 ? 0 : (own.payloadBytes * 8) / own.seconds / 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
