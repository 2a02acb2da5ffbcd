// A plot of an experiment: which observations it is of, and the curves with their intervals. Pure; drawing is report's.

import type { Estimate } from './bootstrap.ts';
import { NotObserved, type Observations, type Which } from './observations.ts';
import { combine, estimateOf, type Quantity } from './quantity.ts';

/** What is to be drawn. */
export interface Figure {
  readonly title: string;
  readonly caption: string;
  /** Throughput against size; time against size; time over that of a cell, against size. */
  readonly kind: 'throughput' | 'time' | { readonly over: string };
  /** Named as in the observations, in the order of drawing. */
  readonly cells: readonly string[];
  /** `netpipe` by default. */
  readonly measure?: string;
}

export interface FigureSeries {
  readonly name: string;
  /** Ascending by size. */
  readonly points: readonly { readonly sizeBytes: number; readonly y: Estimate }[];
}

export interface FigureData extends Pick<Figure, 'title' | 'caption' | 'kind'> {
  /** `Mbit/s`, `µs`; undefined for ratios. */
  readonly unit: string | undefined;
  readonly series: readonly FigureSeries[];
}

/** Undefined when nothing of it was observed. */
export function figureData(figure: Figure, seen: Observations): FigureData | undefined {
  const { title, caption, kind, cells, measure = 'netpipe' } = figure;
  const series = cells.flatMap((cell) => {
    const points = seen.sizes({ cell, measure }).flatMap((sizeBytes) => {
      const quantity = quantityAt(seen, kind, { cell, measure, sizeBytes });
      return quantity === undefined || sizeBytes === 0 ? [] : [{ sizeBytes, y: estimateOf(quantity) }];
    });
    return points.length === 0 ? [] : [{ name: cell, points }];
  });
  if (series.length === 0) return undefined;
  return { title, caption, kind, unit: unitOf(kind), series };
}

function unitOf(kind: Figure['kind']): string | undefined {
  if (kind === 'throughput') return 'Mbit/s';
  return kind === 'time' ? 'µs' : undefined;
}

function quantityAt(
  seen: Observations,
  kind: Figure['kind'],
  pick: Which & { readonly sizeBytes: number },
): Quantity | undefined {
  try {
    if (typeof kind !== 'string') return seen.medianRatio(pick, { ...pick, cell: kind.over });
    const time = seen.time(pick);
    return kind === 'time' ? combine((ns) => ns / 1000, time) : combine((ns) => (pick.sizeBytes * 8000) / ns, time);
  } catch (error) {
    if (error instanceof NotObserved) return undefined;
    throw error;
  }
}
