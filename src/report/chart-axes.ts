// The axes of the plots, and what an ECharts option is here. Functions are named by markers such as `@size`.

import { FAINT, INK, MUTED } from './series-style.ts';

/** Plain data, so that it can stand in a page as JSON. */
export type ChartOption = Readonly<Record<string, unknown>>;

export const SANS = 'system-ui, sans-serif';
/** Where the axis of block sizes is labelled: evenly enough, and at 1 kB and 64 kB. */
export const SIZE_TICKS = [1, 8, 64, 1024, 8192, 65536, 2 ** 20, 2 ** 23, 2 ** 26];

/** From an axis to its name, clear of the labels. */
const BELOW = 30;
const BESIDE = 46;
export const LABEL = { color: MUTED, fontSize: 12, fontFamily: SANS, hideOverlap: true };

/** Block sizes, logarithmic. */
export function sizeAxis(sizesBytes: readonly number[]): ChartOption {
  const drawn = sizesBytes.filter((size) => size > 0);
  const [min, max] = [Math.min(...drawn) / 1.5, Math.max(...drawn) * 1.5];
  const ticks = SIZE_TICKS.filter((size) => size >= min && size <= max);
  return {
    ...axis('block size, bytes', BELOW),
    type: 'log',
    logBase: 2,
    min,
    max,
    axisLabel: { ...LABEL, customValues: ticks, formatter: '@size' },
    axisTick: { show: true, customValues: ticks, lineStyle: { color: MUTED } },
    splitLine: { show: false },
  };
}

/** How many there are, logarithmic, labelled at each number that was tried. */
export function countAxis(name: string, counts: readonly number[]): ChartOption {
  const ticks = counts.toSorted((a, b) => a - b);
  return {
    ...axis(name, BELOW),
    type: 'log',
    logBase: 2,
    min: (ticks[0] ?? 1) / 1.25,
    max: (ticks.at(-1) ?? 1) * 1.25,
    axisLabel: { ...LABEL, customValues: ticks, formatter: '@number' },
    axisTick: { show: true, customValues: ticks, lineStyle: { color: MUTED } },
    splitLine: { show: false },
  };
}

/** Mbit/s, logarithmic, from a whole decade. */
export function rateAxis(ratesMbps: readonly number[]): ChartOption {
  return {
    ...axis('throughput, Mbit/s', BESIDE),
    type: 'log',
    min: 10 ** Math.floor(Math.log10(Math.min(...ratesMbps))),
    max: roundUp(Math.max(...ratesMbps)),
    axisLabel: { ...LABEL, formatter: '@number' },
  };
}

/** Microseconds one way, logarithmic. */
export function timeAxis(timesUs: readonly number[]): ChartOption {
  return {
    ...axis('time one way, µs', BELOW),
    type: 'log',
    min: roundDown(Math.min(...timesUs)),
    max: roundUp(Math.max(...timesUs)),
    axisLabel: { ...LABEL, formatter: '@number' },
  };
}

/** A linear axis upwards; `rest` is added to it. */
export function valueAxis(name: string, rest: ChartOption): ChartOption {
  return { ...axis(name, BESIDE), type: 'value', ...rest };
}

function axis(name: string, nameGap: number): ChartOption {
  return {
    name,
    nameLocation: 'middle',
    nameGap,
    nameTextStyle: { color: INK, fontSize: 12, fontFamily: SANS },
    axisLine: { show: true, lineStyle: { color: MUTED } },
    axisTick: { show: true, lineStyle: { color: MUTED } },
    axisLabel: LABEL,
    splitLine: { show: true, lineStyle: { color: FAINT } },
    minorTick: { show: false },
  };
}

function roundDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return Math.floor(value / decade) * decade;
}

function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / decade) * decade;
}
