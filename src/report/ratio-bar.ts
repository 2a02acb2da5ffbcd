// A ratio as a mark on a scale that all rows of a table share: the value, its interval, and 1.

import type { Estimate } from '../analysis/mod.ts';
import { element } from './markup.ts';
import { FAINT, INK, MUTED } from './series-style.ts';

export interface RatioScale {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

const WIDTH = 210;
const HEIGHT = 26;
const INSET = 14;
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const MOST_TICKS = 5;

/** A scale that holds all ratios and 1, with round ticks. */
export function scaleRatios(ratios: readonly Estimate[]): RatioScale {
  const low = Math.min(1, ...ratios.map((ratio) => ratio.low));
  const high = Math.max(1, ...ratios.map((ratio) => ratio.high));
  const fits = (step: number) => Math.ceil(high / step) - Math.floor(low / step) < MOST_TICKS;
  const step = STEPS.find(fits) ?? (high - low) / (MOST_TICKS - 2);
  const first = Math.floor(low / step - 1e-9);
  const last = Math.ceil(high / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { from: first * step, to: last * step, ticks };
}

export function drawRatioScale(scale: RatioScale): string {
  const labels = scale.ticks.map((tick) =>
    element(
      'text',
      { x: position(tick, scale), y: 12, 'text-anchor': 'middle', fill: MUTED, 'font-size': 11 },
      String(Number(tick.toFixed(3))),
    ),
  );
  return frame(16, labels);
}

export function drawRatioBar({ value, low, high }: Estimate, scale: RatioScale, color: string): string {
  const middle = HEIGHT / 2;
  const grid = scale.ticks.map((tick) => verticalLine(position(tick, scale), FAINT, 1));
  const [from, at, to] = [low, value, high].map((ratio) => position(ratio, scale));
  return frame(HEIGHT, [
    ...grid,
    verticalLine(position(1, scale), INK, 1.25),
    element('path', { d: `M${from} ${middle}H${to}`, stroke: color, 'stroke-width': 1.5 }),
    element('path', {
      d: `M${from} ${middle - 5}V${middle + 5}M${to} ${middle - 5}V${middle + 5}`,
      stroke: color,
      'stroke-width': 1.5,
    }),
    element('circle', { cx: at, cy: middle, r: 3.5, fill: color }),
  ]);
}

function frame(height: number, parts: readonly string[]): string {
  const attributes = { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, 'aria-hidden': 'true' };
  return element('svg', attributes, parts.join(''));
}

function verticalLine(x: number, stroke: string, width: number): string {
  return element('path', { d: `M${x} 0V${HEIGHT}`, stroke, 'stroke-width': width });
}

function position(ratio: number, { from, to }: RatioScale): number {
  const span = to === from ? 1 : to - from;
  return Math.round((INSET + ((ratio - from) / span) * (WIDTH - 2 * INSET)) * 10) / 10;
}
