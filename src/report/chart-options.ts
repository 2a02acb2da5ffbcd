// The plots of a report as ECharts options: plain data, so that the same object is drawn here and, interactive, in
// the page. Functions are named by markers such as `@size`, which chart-formatters resolves.

import { type Comparison, FIT_CRITERION, type SystemAnalysis, systemLabel } from '../analysis/mod.ts';
import type { SystemName } from '../model/mod.ts';
import { type ChartOption, LABEL, rateAxis, SANS, sizeAxis, timeAxis, valueAxis } from './chart-axes.ts';
import { describePoint, describeRatio, describeResidual } from './chart-tips.ts';
import { INK, lineStyleOf, MUTED } from './series-style.ts';

/** What curves are drawn of: netpipe's blocks, or the transfers of a service. */
export interface Drawable {
  readonly systems: readonly SystemAnalysis[];
}

/** Throughput against block size, both logarithmic. */
export function throughputOption({ systems }: Drawable): ChartOption {
  const series = systems.flatMap((system) =>
    withWhiskers(
      system.system,
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
      system.system,
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
      comparison.system,
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
      system,
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

/** Characters of names that fit on one line of a legend. */
const LEGEND_LINE = 70;

interface DrawnPoint {
  readonly x: number;
  readonly y: { readonly value: number; readonly low: number; readonly high: number };
  readonly tip: string;
}

function frame(names: readonly string[]): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily: SANS },
    grid: { left: 64, right: 24, top: 16, bottom: names.join('').length > LEGEND_LINE ? 104 : 84 },
    legend: {
      data: names,
      bottom: 0,
      itemWidth: 28,
      itemGap: 22,
      textStyle: { color: INK, fontSize: 12, fontFamily: SANS },
    },
    tooltip: { trigger: 'item', formatter: '@tip' },
  };
}

function line(system: SystemName, name: string, data: readonly unknown[]): ChartOption {
  const { color, dash, symbol } = lineStyleOf(system);
  return {
    name,
    type: 'line',
    data,
    symbol,
    symbolSize: 5,
    itemStyle: { color },
    lineStyle: { color, width: 1.6, type: dash },
    emphasis: { lineStyle: { width: 2.4 } },
  };
}

/** The curve, and its intervals as a broken line of the same name, so that the legend switches both. */
function withWhiskers(system: SystemName, name: string, points: readonly DrawnPoint[]): ChartOption[] {
  const { color } = lineStyleOf(system);
  const whiskers = points.flatMap(({ x, y }) => [
    [x, y.low],
    [x, y.high],
    ['-', '-'],
  ]);
  return [
    line(
      system,
      name,
      points.map(({ x, y, tip }) => ({ value: [x, y.value], tip })),
    ),
    {
      name,
      type: 'line',
      data: whiskers,
      symbol: 'none',
      silent: true,
      itemStyle: { color },
      lineStyle: { color, width: 1 },
    },
  ];
}

/** A horizontal line that is not in the legend. */
function level(y: number, type: 'solid' | 'dotted'): ChartOption {
  const lineStyle = { color: MUTED, width: 1, type };
  return {
    type: 'line',
    data: [],
    silent: true,
    markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle, data: [{ yAxis: y }] },
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
