// The numbers of a comparison that can be laid beside those of another one: only systems, sizes and transfers that both
// have measured, so that a line is fitted through the same sizes in both.

import {
  type BlockSample,
  type Run,
  type SystemName,
  TRANSFER_NAMES,
  type TransferName,
  type TransferSample,
} from '../../model/mod.ts';
import { ifObserved, type Line, type Observations, type Which } from '../observations.ts';
import { combine, type Quantity, ratio } from '../quantity.ts';
import { createSeries, lineOf, NETPIPE, type Series, timeOf, timeRatio } from '../series.ts';
import { transferLabel } from '../transfer-names.ts';
import { observeRun } from '../visits.ts';
import { formatSize } from '../wording.ts';
import { type Measure, type RunQuantity, referenceOf, sharedBy } from './run-quantity.ts';

export interface CompareContents {
  readonly run: Run;
  readonly samples: readonly BlockSample[];
  readonly transfers: readonly TransferSample[];
}

/** Blocks of netpipe, or the transfers of a service, at sizes that both runs have. */
interface Common {
  readonly measure: string;
  /** Before the names of its numbers; empty for netpipe. */
  readonly label: string;
  readonly sizesBytes: readonly number[];
}

/** The same numbers of both runs, in the same order. */
export function compareQuantities(
  a: CompareContents,
  b: CompareContents,
): readonly [readonly RunQuantity[], readonly RunQuantity[]] {
  const seenA = observeRun(a.run, a.samples, a.transfers);
  const seenB = observeRun(b.run, b.samples, b.transfers);
  const systems = sharedBy(a.run.systems, b.run.systems);
  const common = [NETPIPE, ...TRANSFER_NAMES].flatMap((measure) => commonOf(measure, seenA, seenB));
  const quantitiesIn = (seen: Observations) => common.flatMap((one) => quantitiesOf(seen, systems, one));
  return [quantitiesIn(seenA), quantitiesIn(seenB)];
}

function commonOf(measure: string, seenA: Observations, seenB: Observations): Common[] {
  const sizesOf = (seen: Observations) =>
    new Set(seen.all.filter((one) => one.measure === measure).map(({ sizeBytes }) => sizeBytes));
  const sizesBytes = [...sizesOf(seenA).intersection(sizesOf(seenB))];
  const label = measure === NETPIPE ? '' : `${transferLabel(measure as TransferName)} `;
  return sizesBytes.length === 0 ? [] : [{ measure, label, sizesBytes }];
}

function quantitiesOf(
  seen: Observations,
  systems: readonly SystemName[],
  { measure, label, sizesBytes }: Common,
): RunQuantity[] {
  const series = createSeries(seen, measure, systems, sizesBytes);
  const lines = new Map(
    systems.map((system) => [system, lineOf(series, system, (sizeBytes) => sizesBytes.includes(sizeBytes))]),
  );
  return systems.flatMap((system) => {
    const over = referenceOf(system, systems);
    return [
      ...timesOf(series, label, system, over),
      ...lineQuantities(lines, label, system, over),
      ...(measure === NETPIPE ? cpuOf(seen, system, series.largestBytes) : []),
    ];
  });
}

function timesOf(series: Series, label: string, system: SystemName, over: SystemName | undefined): RunQuantity[] {
  const { smallBytes, largestBytes } = series;
  const small: Measure = { name: `${label}${formatSize(smallBytes)} time`, unit: 'µs', better: 'less' };
  const large: Measure = { name: `${label}${formatSize(largestBytes)} rate`, unit: 'Mbit/s', better: 'more' };
  const ratios =
    over === undefined
      ? []
      : [
          ...asked('ratio', system, over, small, timeRatio(series, system, over, smallBytes)),
          ...asked('ratio', system, over, large, timeRatio(series, over, system, largestBytes)),
        ];
  const absolute = (measure: Measure, sizeBytes: number, of: (timeNs: number) => number) => {
    const time = ifObserved(() => timeOf(series, system, sizeBytes));
    return asked('absolute', system, undefined, measure, time && combine(of, time));
  };
  return [
    ...ratios,
    ...absolute(small, smallBytes, (ns) => ns / 1000),
    ...absolute(large, largestBytes, (ns) => (largestBytes * 8000) / ns),
  ];
}

const LATENCY: Measure = { name: 'L', unit: 'µs', better: 'less' };
const RATE: Measure = { name: 'r∞', unit: 'Mbit/s', better: 'more' };

function lineQuantities(
  lines: ReadonlyMap<SystemName, Line | undefined>,
  label: string,
  system: SystemName,
  over: SystemName | undefined,
): RunQuantity[] {
  const own = lines.get(system);
  if (own === undefined) return [];
  const reference = over === undefined ? undefined : lines.get(over);
  return (
    [
      [LATENCY, latencyUs(own), reference && latencyUs(reference)],
      [RATE, own.rateMbps, reference?.rateMbps],
    ] as const
  ).flatMap(([measure, value, below]): RunQuantity[] => {
    const named = { ...measure, name: label + measure.name, system };
    return [
      ...(below === undefined
        ? []
        : [{ ...named, group: 'ratio', over, unit: undefined, quantity: ratio(value, below) } as const]),
      { ...named, group: 'absolute', over: undefined, quantity: value },
    ];
  });
}

function latencyUs({ latencyNs }: Line): Quantity {
  return combine((ns) => ns / 1000, latencyNs);
}

/** CPU time of an exchange, all visits together: the counters are too coarse for one. */
function cpuOf(seen: Observations, cell: SystemName, sizeBytes: number): RunQuantity[] {
  const perExchange = (value: string) => {
    const at = (name: string): Which => ({ cell, measure: NETPIPE, sizeBytes, value: name });
    return ifObserved(() =>
      combine((ns, exchanges) => ns / 1000 / exchanges, seen.total(at(value)), seen.total(at('exchanges'))),
    );
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
  quantity: Quantity | undefined,
): RunQuantity[] {
  if (quantity === undefined) return [];
  return [{ group, system, over, name, unit: group === 'ratio' ? undefined : unit, better, quantity }];
}
