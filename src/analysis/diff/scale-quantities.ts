// The numbers of a scale run that can be laid beside those of another one: at each number of realservers and clients that
// both have measured, the throughput in the common window, the time of a transfer and the CPU time of a megabyte.

import type { Observation, ScaleRun, SystemName, WindowSample } from '../../model/mod.ts';
import { Observations } from '../observations.ts';
import { median } from '../quantiles.ts';
import { formatSize } from '../wording.ts';
import { type RunQuantity, referenceOf, sharedBy } from './run-quantity.ts';

export interface ScaleContents {
  readonly run: ScaleRun;
  readonly windows: readonly WindowSample[];
}

/** `time` of a transfer: the median over clients of each client's median. */
const NUMBERS = [
  { name: 'rate', value: 'rateMbps', unit: 'Mbit/s', better: 'more' },
  { name: 'time', value: 'timeMs', unit: 'ms', better: 'less' },
  { name: 'CPU', value: 'cpuMsPerMb', unit: 'ms/MB', better: 'less' },
] as const;

/** A number of realservers and clients, and a size where there are several. */
interface Point {
  readonly measure: string;
  readonly sizeBytes: number;
  /** `2×8`, `2×8 64 kB`: of 2 realservers and 8 clients. */
  readonly label: string;
}

/** The same numbers of both runs, in the same order. */
export function scaleQuantities(
  a: ScaleContents,
  b: ScaleContents,
): readonly [readonly RunQuantity[], readonly RunQuantity[]] {
  const systems = sharedBy(a.run.systems, b.run.systems);
  const points = pointsOf(a.run, b.run);
  const quantitiesOf = (seen: Observations) =>
    points.flatMap((point) =>
      systems.flatMap((system) => NUMBERS.flatMap((number) => quantityOf(seen, point, system, number, systems))),
    );
  return [quantitiesOf(observe(a)), quantitiesOf(observe(b))];
}

function pointsOf(a: ScaleRun, b: ScaleRun): Point[] {
  const sizes = sharedBy(a.sizesBytes, b.sizesBytes);
  return sharedBy(a.realservers, b.realservers).flatMap((realservers) =>
    sharedBy(a.clients, b.clients).flatMap((clients) =>
      sizes.map((sizeBytes): Point => {
        const measure = measureOf(realservers, clients);
        return { measure, sizeBytes, label: sizes.length === 1 ? measure : `${measure} ${formatSize(sizeBytes)}` };
      }),
    ),
  );
}

function quantityOf(
  seen: Observations,
  { measure, sizeBytes, label }: Point,
  system: SystemName,
  { name, value, unit, better }: (typeof NUMBERS)[number],
  systems: readonly SystemName[],
): RunQuantity[] {
  const has = (cell: string) => seen.of({ cell, measure, sizeBytes }).some(({ values }) => values[value] !== undefined);
  if (!has(system)) return [];
  const over = referenceOf(system, systems);
  const named = { system, name: `${label} ${name}`, better };
  const at = { cell: system, measure, sizeBytes, value };
  const absolute: RunQuantity = { ...named, group: 'absolute', over: undefined, unit, quantity: seen.median(at) };
  if (over === undefined || !has(over)) return [absolute];
  const quantity = seen.medianRatio(at, { ...at, cell: over });
  return [absolute, { ...named, group: 'ratio', over, unit: undefined, quantity }];
}

/** Only windows that all clients shared. */
function observe({ run, windows }: ScaleContents): Observations {
  return new Observations(
    windows.filter(({ synchronised }) => synchronised).map((window) => observationOf(run, window)),
  );
}

function observationOf({ windowSeconds, environment }: ScaleRun, window: WindowSample): Observation {
  const { system, realservers, clients, round, sizeBytes, shares } = window;
  const bytes = shares.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
  const times = shares.filter(({ transfers }) => transfers > 0).map(({ timeNs }) => timeNs.p50);
  const cpus = busyCpus(window, environment.cpuCount);
  return {
    cell: system,
    measure: measureOf(realservers, clients),
    sizeBytes,
    round,
    values: {
      rateMbps: (bytes * 8) / windowSeconds / 1e6,
      ...(times.length > 0 && { timeMs: median(times) / 1e6 }),
      ...(bytes > 0 && cpus !== undefined && { cpuMsPerMb: (cpus * windowSeconds * 1000) / (bytes / 1e6) }),
    },
  };
}

/** How many were at work: of the one machine of a lab, or of all hosts. Undefined where one of them was not read. */
function busyCpus({ machineCpuShare, hosts, unread = [] }: WindowSample, cpuCount: number): number | undefined {
  if (hosts === undefined) return machineCpuShare === undefined ? undefined : machineCpuShare * cpuCount;
  if (unread.length > 0) return undefined;
  return hosts.reduce((sum, host) => sum + host.cpuShare * host.cpuCount, 0);
}

function measureOf(realservers: number, clients: number): string {
  return `${realservers}×${clients}`;
}
