// Windows of a scale run → for each size, system and number of realservers, a curve over the number of clients: throughput
// in the common window beside the sum of what clients without one report, fairness, split, and what was the limit.

import type { ScaleRun, SystemName, WindowSample, WindowTransferName } from '../model/mod.ts';
import { type Estimate, estimateMedian } from './bootstrap.ts';
import { type Bottleneck, busiestOf, findBottleneck, mbpsOf } from './bottleneck.ts';
import { findBypass } from './detectors/bypass.ts';
import { median } from './quantiles.ts';
import { fitScalabilityLaw, type ScalabilityLaw } from './scalability-law.ts';

export interface ScalePoint {
  readonly clients: number;
  /** Payload of all clients in the window, 10⁶ bit/s. */
  readonly throughputMbps: Estimate;
  /** Transfers of all clients that ended in the window. */
  readonly transfersPerSecond: Estimate;
  /** Connections that realservers were given in the window. Undefined where not all of them could be asked. */
  readonly newConnectionsPerSecond: Estimate | undefined;
  /**
   * The sum of what clients report whose windows are not the same: each its own average over its own time, where every
   * second one begins half a window later. Undefined where it was not measured.
   */
  readonly unsynchronisedMbps: Estimate | undefined;
  /**
   * What the clients' NICs carried meanwhile, in the payload's directions, headers included, 10⁶ bit/s. Undefined where one of
   * them could not be asked, or is a router of others' packets, too.
   */
  readonly wireMbps: Estimate | undefined;
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
  /** Of the connections that realservers accepted, the largest share in a window that the director has not counted: 0 as it should be. */
  readonly bypassed: number;
  readonly machineCpuShare: number | undefined;
  readonly softirqCpuShare: number | undefined;
  /** Machines whose counters were missing in any window. */
  readonly unread: readonly string[];
  /** Clients that passed on others' packets in any window. */
  readonly relays: readonly string[];
  /** The largest bound of the clocks in any window. */
  readonly clockBoundNs: number;
  readonly bottleneck: Bottleneck;
}

export interface ScaleCurve {
  readonly sizeBytes: number;
  readonly system: SystemName;
  readonly realservers: number;
  /** Ascending by clients. */
  readonly points: readonly ScalePoint[];
  /** Of throughput over clients. */
  readonly law: ScalabilityLaw | undefined;
  /** The number of clients from which one more adds less than half of what the first one did; undefined before that. */
  readonly knee: number | undefined;
}

const COVERED = 0.99;
/** Of the packets that a client receives; what it passes on besides its own is no part of what was measured. */
const RELAYED_SHARE = 0.01;
/** A client that adds less than this share of the first one's throughput is behind the knee. */
const KNEE_SHARE = 0.5;

/** In the order of the run's sizes, numbers of realservers and systems. */
export function analyseScaling(run: ScaleRun, samples: readonly WindowSample[]): readonly ScaleCurve[] {
  return run.sizesBytes.flatMap((sizeBytes) =>
    run.realservers.flatMap((realservers) =>
      run.systems.flatMap((system) => {
        const own = samples.filter(
          (sample) => sample.system === system && sample.realservers === realservers && sample.sizeBytes === sizeBytes,
        );
        const points = run.clients
          .toSorted((a, b) => a - b)
          .flatMap((clients) => {
            const windows = own.filter((sample) => sample.clients === clients);
            return windows.some(({ synchronised }) => synchronised) ? [pointOf(run, clients, windows)] : [];
          });
        if (points.length === 0) return [];
        const loads = points
          .filter(({ throughputMbps }) => throughputMbps.value > 0)
          .map(({ clients, throughputMbps }) => ({ load: clients, throughput: throughputMbps.value }));
        return [{ sizeBytes, system, realservers, points, law: fitScalabilityLaw(loads), knee: kneeOf(points) }];
      }),
    ),
  );
}

function pointOf(run: ScaleRun, clients: number, samples: readonly WindowSample[]): ScalePoint {
  const windows = samples.filter(({ synchronised }) => synchronised);
  const apart = samples.filter(({ synchronised }) => !synchronised);
  const over = (of: (window: WindowSample) => number) => windows.map(of);
  const known = (of: (window: WindowSample) => number | undefined) =>
    windows.map(of).filter((value) => value !== undefined);
  const busiest = windows.map(busiestOf).toSorted((a, b) => b.mbps - a.mbps)[0];
  const splits = windows.flatMap(({ connections }) => {
    const counts = Object.values(connections);
    return sum(counts) === 0 ? [] : [jain(counts)];
  });
  const sumMbps = ({ shares }: WindowSample) => (sum(shares.map(payloadOf)) * 8) / run.windowSeconds / 1e6;
  return {
    clients,
    throughputMbps: estimateMedian(over(sumMbps)),
    transfersPerSecond: estimateMedian(
      over(({ shares }) => sum(shares.map((each) => each.transfers)) / run.windowSeconds),
    ),
    newConnectionsPerSecond: estimateOf(
      known(({ newConnections, seconds }) => (newConnections === undefined ? undefined : newConnections / seconds)),
    ),
    unsynchronisedMbps: estimateOf(apart.map(sumMbps)),
    wireMbps: estimateOf(known((window) => clientWireMbps(run.transfer, window))),
    carriedMbps: median(over((window) => busiestOf(window).mbps)),
    busiestLink: busiest?.link ?? '',
    fairness: median(over(({ shares }) => jain(shares.map(payloadOf)))),
    split: splits.length === 0 ? undefined : median(splits),
    failures: sum(over(({ shares }) => sum(shares.flatMap((share) => Object.values(share.failures))))),
    late: sum(over(({ shares }) => shares.filter(({ covered }) => covered < COVERED).length)),
    lost: [...new Set(samples.flatMap(({ lost }) => lost.map(({ client }) => client)))],
    drops: sum(known(({ drops }) => drops)),
    bypassed: Math.max(...over(bypassedShare)),
    machineCpuShare: medianOf(known(({ machineCpuShare }) => machineCpuShare)),
    softirqCpuShare: medianOf(known(({ softirqCpuShare }) => softirqCpuShare)),
    unread: [...new Set(samples.flatMap(({ unread = [] }) => unread.map(({ machine }) => machine)))],
    relays: [...new Set(windows.flatMap(relaysOf))],
    clockBoundNs: Math.max(...samples.map((sample) => sample.clockBoundNs)),
    bottleneck: findBottleneck(run, windows),
  };
}

function estimateOf(values: readonly number[]): Estimate | undefined {
  return values.length === 0 ? undefined : estimateMedian(values);
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}

/** 0 where nobody counts at the director, or at a realserver. */
function bypassedShare({ newConnections, connections }: WindowSample): number {
  const counts = Object.values(connections);
  if (counts.length === 0 || newConnections === undefined) return 0;
  return findBypass({ made: newConnections, counted: sum(counts) })?.missingShare ?? 0;
}

/** Netpipe's blocks to and fro are payload in both directions of a link, those of all others in one. */
export function directionsOf(transfer: WindowTransferName): 1 | 2 {
  return transfer === 'netpipe' ? 2 : 1;
}

function clientWireMbps(transfer: WindowTransferName, window: WindowSample): number | undefined {
  const { links, unread = [] } = window;
  if (unread.some(({ machine }) => isClient(machine)) || relaysOf(window).length > 0) return undefined;
  const ofClients = links.filter(({ link }) => isClient(link.split(':', 1)[0] ?? ''));
  const [inMbps, outMbps] = [
    sum(ofClients.map((link) => mbpsOf(link, window).inMbps)),
    sum(ofClients.map((link) => mbpsOf(link, window).outMbps)),
  ];
  return directionsOf(transfer) === 2 ? inMbps + outMbps : Math.max(inMbps, outMbps);
}

/** Clients whose links carry what is others', because they are routers, too. */
function relaysOf({ hosts = [] }: WindowSample): readonly string[] {
  return hosts
    .filter(({ machine, forwardedShare }) => isClient(machine) && forwardedShare > RELAYED_SHARE)
    .map(({ machine }) => machine);
}

/** `client`, `client2` */
function isClient(machine: string): boolean {
  return /^client\d*$/.test(machine);
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
