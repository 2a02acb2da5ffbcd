// The plot of an experiment: named curves with their intervals, against block size.

import { type FigureData, formatSignificant, formatSize, systemLabel, systemNamed } from '../analysis/mod.ts';
import { type ChartOption, LABEL, rateAxis, sizeAxis, timeAxis, valueAxis } from './chart-axes.ts';
import { frame, level, withWhiskers } from './chart-series.ts';
import type { LineStyle } from './series-style.ts';

/**
 * Logarithmic in both directions, but for ratios, which are linear upwards.
 *
 * @param styles of all its curves by their names
 */
export function figureOption({ kind, unit, series }: FigureData, styles: ReadonlyMap<string, LineStyle>): ChartOption {
  const points = series.flatMap(({ points }) => points);
  const values = points.map(({ y }) => y.value);
  const lines = series.flatMap(({ name, points }) =>
    withWhiskers(
      styles.get(name) as LineStyle,
      labelOf(name),
      points.map(({ sizeBytes, y }) => ({
        x: sizeBytes,
        y,
        tip: `${labelOf(name)}, ${formatSize(sizeBytes)}<br>${formatSignificant(y.value)}${unit === undefined ? '' : ` ${unit}`}`,
      })),
    ),
  );
  return {
    ...frame(series.map(({ name }) => labelOf(name))),
    xAxis: sizeAxis(points.map(({ sizeBytes }) => sizeBytes)),
    yAxis: upwards(kind, values),
    series: typeof kind === 'string' ? lines : [...lines, level(1, 'solid')],
  };
}

function upwards(kind: FigureData['kind'], values: readonly number[]): ChartOption {
  if (kind === 'throughput') return rateAxis(values);
  if (kind === 'time') return { ...timeAxis(values), name: 'time, µs', nameGap: 46 };
  return valueAxis(`time / time of ${labelOf(kind.over)}`, {
    scale: true,
    axisLabel: { ...LABEL, formatter: '@ratio' },
  });
}

/** Systems as reports name them. */
function labelOf(name: string): string {
  const system = systemNamed(name);
  return system === undefined ? name : systemLabel(system);
}
