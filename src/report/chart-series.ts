// The lines of a plot: a curve with its intervals, levels, and the frame around them.

import { type ChartOption, SANS } from './chart-axes.ts';
import { INK, type LineStyle, MUTED } from './series-style.ts';

/** Characters of names that fit on one line of a legend. */
const LEGEND_LINE = 70;

export interface DrawnPoint {
  readonly x: number;
  readonly y: { readonly value: number; readonly low: number; readonly high: number };
  readonly tip: string;
}

/** What all plots share: no animation, the legend below, tips. */
export function frame(names: readonly string[]): ChartOption {
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

export function line({ color, dash, symbol }: LineStyle, name: string, data: readonly unknown[]): ChartOption {
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
export function withWhiskers(style: LineStyle, name: string, points: readonly DrawnPoint[]): ChartOption[] {
  const { color } = style;
  const whiskers = points.flatMap(({ x, y }) => [
    [x, y.low],
    [x, y.high],
    ['-', '-'],
  ]);
  return [
    line(
      style,
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
export function level(y: number, type: 'solid' | 'dotted'): ChartOption {
  const lineStyle = { color: MUTED, width: 1, type };
  return {
    type: 'line',
    data: [],
    silent: true,
    markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle, data: [{ yAxis: y }] },
  };
}
