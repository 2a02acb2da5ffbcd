// The plot of an experiment: named curves with their intervals, against block size.

import { type FigureData, formatSignificant, formatSize } from '../analysis/mod.ts';
import { type ChartOption, LABEL, rateAxis, sizeAxis, timeAxis, valueAxis } from './chart-axes.ts';
import { frame, level, withWhiskers } from './chart-series.ts';
import { styleAt } from './series-style.ts';

/** Logarithmic in both directions, but for ratios, which are linear upwards. */
export function figureOption({ kind, unit, series }: FigureData): ChartOption {
  const points = series.flatMap(({ points }) => points);
  const values = points.map(({ y }) => y.value);
  const lines = series.flatMap(({ name, points }, index) =>
    withWhiskers(
      styleAt(index),
      name,
      points.map(({ sizeBytes, y }) => ({
        x: sizeBytes,
        y,
        tip: `${name}, ${formatSize(sizeBytes)}<br>${formatSignificant(y.value)}${unit === undefined ? '' : ` ${unit}`}`,
      })),
    ),
  );
  return {
    ...frame(series.map(({ name }) => name)),
    xAxis: sizeAxis(points.map(({ sizeBytes }) => sizeBytes)),
    yAxis: upwards(kind, values),
    series: typeof kind === 'string' ? lines : [...lines, level(1, 'solid')],
  };
}

function upwards(kind: FigureData['kind'], values: readonly number[]): ChartOption {
  if (kind === 'throughput') return rateAxis(values);
  if (kind === 'time') return { ...timeAxis(values), name: 'time, µs', nameGap: 46 };
  return valueAxis(`time / time of ${kind.over}`, { scale: true, axisLabel: { ...LABEL, formatter: '@ratio' } });
}
