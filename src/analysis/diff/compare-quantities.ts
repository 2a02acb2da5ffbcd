// The numbers of a comparison that can be laid beside those of another one: only systems, sizes and transfers that both
// have measured, so that a line is fitted through the same sizes in both.

import {
  type BlockSample,
  type Observation,
  type Run,
  type SystemName,
  TRANSFER_NAMES,
  type TransferName,
  type TransferSample,
} from '../../model/mod.ts';
import { NotObserved, Observations, type Which } from '../observations.ts';
import { combine, type Quantity, ratio } from '../quantity.ts';
import { transferLabel } from '../transfer-names.ts';
import { formatSize } from '../wording.ts';
import { type Measure, type RunQuantity, referenceOf, sharedBy } from './run-quantity.ts';

export interface CompareContents {
  readonly run: Run;
  readonly samples: readonly BlockSample[];
  readonly transfers: readonly TransferSample[];
}

/** What two comparisons have in common. */
interface Common {
  readonly systems: readonly SystemName[];
  readonly series: readonly Series[];
}

/** Blocks of netpipe, or the transfers of a service. */
interface Series {
  readonly measure: string;
  /** Before the names of its numbers; empty for netpipe. */
  readonly label: string;
  readonly smallBytes: number;
  readonly largestBytes: number;
  readonly sizesBytes: readonly number[];
}

const NETPIPE = 'netpipe';
/** What stands for small blocks in the report, too. */
const USUAL_SMALL_BLOCK_BYTES = 64;

/** The same numbers of both runs, in the same order. */
export function compareQuantities(
  a: CompareContents,
  b: CompareContents,
): readonly [readonly RunQuantity[], readonly RunQuantity[]] {
  const [seenA, seenB] = [observe(a), observe(b)];
  const common: Common = {
    systems: sharedBy(a.run.systems, b.run.systems),
    series: [NETPIPE, ...TRANSFER_NAMES].flatMap((measure) => seriesOf(measure, seenA, seenB)),
  };
  return [quantitiesOf(seenA, common), quantitiesOf(seenB, common)];
}

function seriesOf(measure: string, seenA: Observations, seenB: Observations): Series[] {
  const sizesOf = (seen: Observations) =>
    new Set(seen.all.filter((one) => one.measure === measure).map(({ sizeBytes }) => sizeBytes));
  const sizesBytes = [...sizesOf(seenA).intersection(sizesOf(seenB))].sort((one, other) => one - other);
  const [smallest, largestBytes] = [sizesBytes[0], sizesBytes.at(-1)];
  if (smallest === undefined || largestBytes === undefined) return [];
  const isNetpipe = measure === NETPIPE;
  const smallBytes = isNetpipe && sizesBytes.includes(USUAL_SMALL_BLOCK_BYTES) ? USUAL_SMALL_BLOCK_BYTES : smallest;
  const label = isNetpipe ? '' : `${transferLabel(measure as TransferName)} `;
  return [{ measure, label, smallBytes, largestBytes, sizesBytes }];
}

function quantitiesOf(seen: Observations, { systems, series }: Common): RunQuantity[] {
  return series.flatMap((one) => {
    const lines = new Map(systems.map((system) => [system, tryTo(() => lineOf(seen, system, one))]));
    return systems.flatMap((system) => {
      const over = referenceOf(system, systems);
      return [
        ...timesOf(seen, system, over, one),
        ...lineQuantities(lines, system, over),
        ...(one.measure === NETPIPE ? cpuOf(seen, system, one.largestBytes) : []),
      ];
    });
  });
}

function timesOf(seen: Observations, system: SystemName, over: SystemName | undefined, series: Series): RunQuantity[] {
  const { measure, label, smallBytes, largestBytes } = series;
  const small: Measure = { name: `${label}${formatSize(smallBytes)} time`, unit: 'µs', better: 'less' };
  const large: Measure = { name: `${label}${formatSize(largestBytes)} rate`, unit: 'Mbit/s', better: 'more' };
  const at = (cell: SystemName, sizeBytes: number): Which => ({ cell, measure, sizeBytes });
  const ratios =
    over === undefined
      ? []
      : [
          ...asked('ratio', system, over, small, () => seen.medianRatio(at(system, smallBytes), at(over, smallBytes))),
          ...asked('ratio', system, over, large, () =>
            seen.medianRatio(at(over, largestBytes), at(system, largestBytes)),
          ),
        ];
  const rateOf = (timeNs: number) => (largestBytes * 8000) / timeNs;
  return [
    ...ratios,
    ...asked('absolute', system, undefined, small, () =>
      combine((ns) => ns / 1000, seen.median(at(system, smallBytes))),
    ),
    ...asked('absolute', system, undefined, large, () => combine(rateOf, seen.median(at(system, largestBytes)))),
  ];
}

const LATENCY: Measure = { name: 'L', unit: 'µs', better: 'less' };
const RATE: Measure = { name: 'r∞', unit: 'Mbit/s', better: 'more' };

interface LineParameters {
  readonly label: string;
  readonly latencyUs: Quantity;
  readonly rateMbps: Quantity;
}

function lineOf(seen: Observations, cell: SystemName, { measure, label, sizesBytes }: Series): LineParameters {
  const line = seen.line({ cell, measure, sizes: (sizeBytes) => sizesBytes.includes(sizeBytes) });
  return { label, latencyUs: combine((ns) => ns / 1000, line.latencyNs), rateMbps: line.rateMbps };
}

function lineQuantities(
  lines: ReadonlyMap<SystemName, LineParameters | undefined>,
  system: SystemName,
  over: SystemName | undefined,
): RunQuantity[] {
  const own = lines.get(system);
  if (own === undefined) return [];
  const reference = over === undefined ? undefined : lines.get(over);
  return (
    [
      [LATENCY, own.latencyUs, reference?.latencyUs],
      [RATE, own.rateMbps, reference?.rateMbps],
    ] as const
  ).flatMap(([measure, value, below]): RunQuantity[] => {
    const named = { ...measure, name: own.label + measure.name, system };
    return [
      ...(below === undefined
        ? []
        : [{ ...named, group: 'ratio', over, unit: undefined, quantity: ratio(value, below) } as const]),
      { ...named, group: 'absolute', over: undefined, quantity: value },
    ];
  });
}

/** CPU time of an exchange, all visits together: the counters are too coarse for one. */
function cpuOf(seen: Observations, cell: SystemName, sizeBytes: number): RunQuantity[] {
  const perExchange = (value: string) => () => {
    const at = (name: string): Which => ({ cell, measure: NETPIPE, sizeBytes, value: name });
    return combine((ns, exchanges) => ns / 1000 / exchanges, seen.total(at(value)), seen.total(at('exchanges')));
  };
  return (
    [
      ['processes', 'processNs'],
      ['softirq', 'softirqNs'],
      ['director', 'directorNs'],
    ] as const
  ).flatMap(([name, value]) =>
    asked(
      'absolute',
      cell,
      undefined,
      { name: `${formatSize(sizeBytes)} CPU, ${name}`, unit: 'µs', better: 'less' },
      perExchange(value),
    ),
  );
}

/** None of what was not observed. */
function asked(
  group: RunQuantity['group'],
  system: SystemName,
  over: SystemName | undefined,
  { name, unit, better }: Measure,
  of: () => Quantity,
): RunQuantity[] {
  const quantity = tryTo(of);
  if (quantity === undefined) return [];
  return [{ group, system, over, name, unit: group === 'ratio' ? undefined : unit, better, quantity }];
}

function tryTo<T>(of: () => T): T | undefined {
  try {
    return of();
  } catch (error) {
    if (error instanceof NotObserved) return undefined;
    throw error;
  }
}

function observe({ run, samples, transfers }: CompareContents): Observations {
  const directors = run.cluster.machines.filter(({ role }) => role === 'director').map(({ name }) => name);
  return new Observations([
    ...samples.map((sample) => observationOf(NETPIPE, sample, sample.oneWayNs.p50, sample.exchanges, directors)),
    ...transfers
      .filter((sample) => sample.transfers > 0)
      .map((sample) => observationOf(sample.transfer, sample, sample.timeNs.p50, sample.transfers, directors)),
  ]);
}

function observationOf(
  measure: string,
  { system, sizeBytes, round, cpu }: BlockSample | TransferSample,
  timeNs: number,
  exchanges: number,
  directors: readonly string[],
): Observation {
  const processNs = Object.values(cpu.processNs).reduce((sum, ns) => sum + ns, 0);
  const directorNs = directors.reduce((sum, name) => sum + (cpu.processNs[name] ?? 0), 0);
  const values = { timeNs, exchanges, processNs, directorNs, softirqNs: cpu.softirqNs };
  return { cell: system, measure, sizeBytes, round, values };
}
