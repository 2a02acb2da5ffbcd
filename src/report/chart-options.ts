// The plots of a report as ECharts options: plain data, so that the same object is drawn here and, interactive, in
// the page. Functions are named by markers such as `@size`, which chart-formatters resolves.

import { type Comparison, FIT_CRITERION, type SystemAnalysis, systemLabel } from '../analysis/mod.ts';
import { type ChartOption, LABEL, rateAxis, sizeAxis, timeAxis, valueAxis } from './chart-axes.ts';
import { frame, level, line, withWhiskers } from './chart-series.ts';
import { describePoint, describeRatio, describeResidual } from './chart-tips.ts';
import { lineStyleOf } from './series-style.ts';

/** What curves are drawn of: netpipe's blocks, or the transfers of a service. */
export interface Drawable {
  readonly systems: readonly SystemAnalysis[];
}

/** Throughput against block size, both logarithmic. */
export function throughputOption({ systems }: Drawable): ChartOption {
  const series = systems.flatMap((system) =>
    withWhiskers(
      lineStyleOf(system.system),
      systemLabel(system.system),
      drawable(system).map((point) => ({
        x: point.sizeBytes,
        y: point.throughputMbps,
        tip: describePoint(system.system, point),
      })),
    ),
  );
  return {
    ...frame(systems.map(({ system }) => systemLabel(system))),
    xAxis: sizeAxis(systems.flatMap((system) => drawable(system).map(({ sizeBytes }) => sizeBytes))),
    yAxis: rateAxis(ratesOf(systems)),
    series,
  };
}

/** Throughput against time per block, both logarithmic: the left edge is the latency. */
export function signatureOption({ systems }: Drawable): ChartOption {
  const series = systems.map((system) =>
    line(
      lineStyleOf(system.system),
      systemLabel(system.system),
      drawable(system).map((point) => ({
        value: [point.oneWayNs.value / 1000, point.throughputMbps.value],
        tip: describePoint(system.system, point),
      })),
    ),
  );
  return {
    ...frame(systems.map(({ system }) => systemLabel(system))),
    xAxis: timeAxis(systems.flatMap((system) => drawable(system).map(({ oneWayNs }) => oneWayNs.value / 1000))),
    yAxis: rateAxis(ratesOf(systems)),
    series,
  };
}

/** Time over the baseline's at each size: where small differences can be seen, which the other plots hide. */
export function ratioOption({ systems }: Drawable): ChartOption {
  const comparisons = systems.flatMap(({ comparison }) => comparison ?? []);
  const series = comparisons.flatMap((comparison, index) =>
    withWhiskers(
      lineStyleOf(comparison.system),
      ratioName(comparison),
      comparison.sizes
        .filter(({ sizeBytes }) => sizeBytes > 0)
        .map((size) => ({
          // Beside each other, or the intervals of one size would cover each other.
          x: size.sizeBytes * 2 ** (0.13 * (index - (comparisons.length - 1) / 2)),
          y: size.time,
          tip: describeRatio(comparison, size),
        })),
    ),
  );
  return {
    ...frame(comparisons.map(ratioName)),
    xAxis: sizeAxis(comparisons.flatMap(({ sizes }) => sizes.map(({ sizeBytes }) => sizeBytes))),
    yAxis: valueAxis('time / time of baseline', { scale: true, axisLabel: { ...LABEL, formatter: '@ratio' } }),
    series: [...series, level(1, 'solid')],
  };
}

/** What the fits leave over, relative to the line; dotted where the criterion for a median is. */
export function residualOption({ systems }: Drawable): ChartOption {
  const fitted = systems.flatMap(({ system, fit }) => (fit === undefined ? [] : [{ system, fit }]));
  const series = fitted.map(({ system, fit }) =>
    line(
      lineStyleOf(system),
      systemLabel(system),
      fit.residuals
        .filter(({ sizeBytes }) => sizeBytes > 0)
        .map((residual) => ({
          value: [residual.sizeBytes, residual.relative * 100],
          tip: describeResidual(system, residual),
        })),
    ),
  );
  const criterion = FIT_CRITERION.medianResidual * 100;
  return {
    ...frame(fitted.map(({ system }) => systemLabel(system))),
    xAxis: sizeAxis(fitted.flatMap(({ fit }) => fit.residuals.map(({ sizeBytes }) => sizeBytes))),
    yAxis: valueAxis('(measured − line) / line, %', { min: '@residualMin', max: '@residualMax' }),
    series: [...series, level(0, 'solid'), level(criterion, 'dotted'), level(-criterion, 'dotted')],
  };
}

/** No bytes have no place on a logarithmic axis. */
function drawable({ points }: SystemAnalysis) {
  return points.filter(({ sizeBytes }) => sizeBytes > 0);
}

function ratesOf(systems: readonly SystemAnalysis[]): number[] {
  return systems.flatMap((system) => drawable(system).map(({ throughputMbps }) => throughputMbps.value));
}

function ratioName({ system, baseline }: Comparison): string {
  return `${systemLabel(system)} / ${systemLabel(baseline)}`;
}
